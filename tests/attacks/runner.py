"""Runs attacks in processes with limits, and prints the outcome of each.

`python -m tests.attacks.runner WALL,... [PREFIX [K N]]` prints a JSON object per wall and attack, or for each Nth
batch of attacks from the Kth on: the outcome, the bytes of
the envelope, CPU seconds, and MiB of memory beyond the start of the process; of an accepted object, also the seconds
of its repr() and hash(). An attack that may eat memory or crash gets a process of its own; the other ones share one
while all goes well. BRINE_DIALECT names the dialect of the streams: the walls `tree` and `gate` differ only in that.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import signal
import sys
import warnings
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from brine_codec import CodecError
from brine_codec.envelope.mac import Mac
from tests.attacks import victim
from tests.attacks.attack import Wall
from tests.attacks.corpus import corpus
from tests.attacks.measure import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.attacks.attack import Attack

MEBIBYTE = 1024 * 1024
ADDRESS_SPACE = 1024 * MEBIBYTE  # a stop; the measured use is checked against the allowed 256 MiB
SECONDS = 3  # likewise, for the second that is allowed
SHARING = 50
ALONE = ("bombs", "collisions", "frames", "shared", "keys", "estimates", "makers")


def measured(wall: Wall, attack: Attack) -> dict[str, Any]:
    """The outcome of the attack in this process, and its cost."""
    if attack.name.startswith("opcodes: EXT"):
        victim.register_extension()
    envelope = attack.envelope(Mac(b"a key that is not ours") if wall == "seal" else None)
    before = victim.state()
    meter = Meter()
    told, opened = outcome(wall, attack, envelope)
    report = {"size": len(envelope), **meter.read()}
    if told == "accepted":
        with suppress(Exception):  # some objects cannot be hashed or shown
            repr(opened)
            hash(opened)
        report["shown"] = round(meter.read()["seconds"] - report["seconds"], 3)
    del opened
    if victim.has_sung():
        told = "executed"
    elif victim.state() != before:
        told = "polluted"
    return {"outcome": told, **report}


def outcome(wall: Wall, attack: Attack, envelope: bytes) -> tuple[str, object]:
    """The outcome of opening the envelope, and the opened object."""
    try:
        if wall == "none":
            return "accepted", pickle.loads(attack.stream, buffers=attack.buffers)  # noqa: S301 - the baseline that this is about
        return "accepted", victim.open_envelope(wall, envelope)
    except CodecError as error:
        return f"refused: {type(error).__name__}", None
    except BaseException as error:  # noqa: BLE001 - the report names any error of an attack
        return f"foreign: {type(error).__name__}", None


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
        reports.append({"outcome": death, "size": 0, "seconds": 0.0, "mebibytes": 0.0})
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


def main(walls: list[Wall], prefix: str = "", first: str = "0", step: str = "1") -> None:
    """Run and print."""
    warnings.simplefilter("ignore")
    victim.has_sung()  # an old canary is not ours
    victim.warm_up()  # imports and patterns, for all children
    gc.freeze()  # which are not looked through before each attack
    for batch in islice(batches(prefix), int(first), None, int(step)):
        for wall in walls:
            for report in run(wall, batch):
                print(json.dumps(report), flush=True)


if __name__ == "__main__":
    chosen = sys.argv[1].split(",") if len(sys.argv) in (2, 3, 5) else []
    if not chosen or not set(chosen) <= set(get_args(Wall.__value__)):
        sys.exit(__doc__)
    main(chosen, *sys.argv[2:])  # type: ignore[arg-type]  # checked above
