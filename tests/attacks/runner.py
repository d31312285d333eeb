"""Runs attacks in processes with limits, and says what became of each.

`python -m tests.attacks.runner WALL,... [PREFIX]` prints a JSON object per wall and attack: the outcome, CPU seconds,
and MiB of memory beyond what the process had before. What may eat memory or crash gets a process of its own; the others
share one while all goes well.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from brine_codec import CodecError
from brine_codec.mac import Mac
from tests.attacks import victim
from tests.attacks.attack import Attack, Wall
from tests.attacks.corpus import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator

MEBIBYTE = 1024 * 1024
ADDRESS_SPACE = 1024 * MEBIBYTE  # a stop; the 256 MiB that are allowed are checked on what was used
SECONDS = 3  # likewise, for the second that is allowed
SHARING = 50
ALONE = ("bombs", "collisions", "frames")


def outcome(wall: Wall, attack: Attack) -> str:
    """What happens to it in this process."""
    if attack.name.startswith("opcodes: EXT"):
        victim.register_extension()
    envelope = attack.envelope(Mac(b"a key that is not ours") if wall == "seal" else None)
    before = victim.state()
    try:
        if wall == "none":
            opened = pickle.loads(attack.stream, buffers=attack.buffers)  # noqa: S301 - the baseline that this is about
        else:
            opened = victim.open_envelope(wall, envelope)
    except CodecError as error:
        came_of_it = f"refused: {type(error).__name__}"
    except BaseException as error:  # noqa: BLE001 - whatever comes out of an attack is what we want to know
        came_of_it = f"foreign: {type(error).__name__}"
    else:
        came_of_it = "accepted"
        del opened
    if victim.has_sung():
        return "executed"
    return came_of_it if victim.state() == before else "polluted"


def measured(wall: Wall, attack: Attack) -> dict[str, Any]:
    """The outcome, and what it took."""
    base = resource.getrusage(resource.RUSAGE_SELF)
    told = outcome(wall, attack)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "outcome": told,
        "seconds": round(used.ru_utime + used.ru_stime - base.ru_utime - base.ru_stime, 3),
        "mebibytes": round((used.ru_maxrss - base.ru_maxrss) / 1024, 1),
    }


def in_child(wall: Wall, attacks: list[Attack]) -> list[dict[str, Any]]:
    """Run attacks one after the other in a forked process, as many as it survives."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        limit_this_process()
        for attack in attacks:
            os.write(writing, json.dumps(measured(wall, attack)).encode() + b"\n")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        reports = [json.loads(line) for line in pipe]
    _, status = os.waitpid(child, 0)
    if len(reports) < len(attacks):
        death = "executed" if victim.has_sung() else death_of(status)
        reports.append({"outcome": death, "seconds": 0.0, "mebibytes": 0.0})
    return reports


def limit_this_process() -> None:
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + ADDRESS_SPACE, size + ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(4 * SECONDS)


def death_of(status: int) -> str:
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL):
        return "hang"
    return f"crash: {signal.Signals(number).name if number else os.WEXITSTATUS(status)}"


def batches(prefix: str) -> Iterator[list[Attack]]:
    """Attacks that share a process, or are alone in theirs."""
    sharing: list[Attack] = []
    for attack in corpus(prefix):
        if attack.name.startswith(ALONE):
            yield [attack]
        else:
            sharing.append(attack)
        if len(sharing) == SHARING:
            yield sharing
            sharing = []
    yield sharing


def run(wall: Wall, attacks: list[Attack]) -> Iterator[dict[str, Any]]:
    """Reports of the attacks that this wall must withstand."""
    left = [attack for attack in attacks if wall != "reader" or attack.alone]
    while left:
        reports = in_child(wall, left)
        for attack, report in zip(left, reports, strict=False):  # fewer when the process died
            yield {"wall": wall, "name": attack.name, "harmless": attack.harmless, **report}
        left = left[len(reports) :]


def main(walls: list[Wall], prefix: str) -> None:
    """Run and print."""
    warnings.simplefilter("ignore")
    victim.has_sung()  # an old canary is not ours
    victim.open_envelope(
        "gate", Attack("warm up", b"\x80\x05N.", compress=True).envelope()
    )  # imports, for all children
    for batch in batches(prefix):
        for wall in walls:
            for report in run(wall, batch):
                print(json.dumps(report), flush=True)


if __name__ == "__main__":
    chosen = sys.argv[1].split(",") if len(sys.argv) in (2, 3) else []
    if not chosen or not set(chosen) <= set(get_args(Wall.__value__)):
        sys.exit(__doc__)
    main(chosen, sys.argv[2] if len(sys.argv) == 3 else "")  # type: ignore[arg-type]  # checked above
