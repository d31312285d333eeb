"""Hostile JSON and MessagePack, each read and written in a process of its own.

python -m tests.attacks.content [PART [K N]]
Prints JSON objects for each attack whose name contains PART, or for each Nth of them from the Kth on: one for reading
it, and one for writing the result in each format. Each has the size, the outcome, MiB of memory, and CPU seconds.
Seconds are those of an idle machine: the measured seconds, divided by how much longer a piece of plain work takes here
and now.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from brine.domain.formats import Format, decode, encode
from brine.errors import FormatError
from brine_codec import CodecError
from tests.attacks.content.bombs import json_bombs, msgpack_bombs
from tests.attacks.content.colliding import DICT, SET, integers
from tests.attacks.content.items import TYPES
from tests.attacks.content.keys import PROBING_BITS, key_bombs
from tests.attacks.content.positions import item_bombs
from tests.attacks.content.shared import shared_bombs
from tests.attacks.runner import death_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPEN = (Format.JSON, Format.MSGPACK)
SMALL = 10_000
"""Bytes up to which an attack has no more time and memory for its size."""
ADDRESS_SPACE, SECONDS = 2**31, 30
"""A stop for a process; what is allowed is checked on what it used."""
PLAIN_WORK = 0.0065
"""Seconds that `plain_work` takes on an idle machine, of the kind for which the limits are meant."""


def plain_work() -> float:
    """CPU seconds for some work without formats."""
    start = time.process_time()
    made: dict[str, list[int]] = {}
    for number in range(30_000):
        made.setdefault(str(number % 1_000), []).append(number)
    return time.process_time() - start


def costs(work: Callable[[], object]) -> tuple[object, dict[str, Any]]:
    """The result of the work, and its outcome, seconds and mebibytes."""
    slowness = plain_work() / PLAIN_WORK
    base = resource.getrusage(resource.RUSAGE_SELF)
    made = None
    try:
        made = work()
    except (FormatError, CodecError) as error:
        outcome = f"refused: {type(error).__name__}: {error}"
    except BaseException as error:  # noqa: BLE001 - the report names any error
        outcome = f"foreign: {type(error).__name__}"
    else:
        outcome = "accepted"
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime - base.ru_utime - base.ru_stime
    slowness = max(slowness, plain_work() / PLAIN_WORK, 1)
    mebibytes = (used.ru_maxrss - base.ru_maxrss) / 1024
    return made, {"outcome": outcome, "seconds": round(seconds / slowness, 3), "mebibytes": round(mebibytes, 1)}


def read(form: Format, data: bytes) -> Iterator[dict[str, Any]]:
    """Reports of reading the bytes, and of writing the object in each format."""
    obj, report = costs(partial(decode, form, data, TYPES))
    yield {"does": "read", "size": len(data), **report}
    if report["outcome"] == "accepted":
        yield from write(obj, len(data))


def write(obj: object, size: int) -> Iterator[dict[str, Any]]:
    """Reports of writing it in each format."""
    for form in OPEN:
        _, report = costs(partial(encode, form, obj, TYPES, size))
        yield {"does": f"write {form.name}", "size": size, **report}


def _write_made(make: Callable[[], object], size: int) -> Iterator[dict[str, Any]]:
    return write(make(), size)


def _written(form: Format, make: Callable[[], object]) -> bytes:
    return encode(form, make(), TYPES)


def in_child(attack: Callable[[], Iterator[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The reports of an attack in a process with limits, which may die of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        for report in attack():
            os.write(writing, json.dumps(report).encode() + b"\n")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        reports: list[dict[str, Any]] = [json.loads(line) for line in pipe]
    _, status = os.waitpid(child, 0)
    if status:
        reports.append({"does": "die", "size": 0, "outcome": death_of(status), "seconds": 0.0, "mebibytes": 0.0})
    return reports


def best_of_three(attack: Callable[[], Iterator[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The reports with the least seconds, since other load can only add to them. Most need no second try."""
    reports = in_child(attack)
    for _ in range(2):
        if all(report["seconds"] <= allowed_seconds(report["size"]) for report in reports):
            break
        again = in_child(attack)
        reports = [min(pair, key=lambda report: report["seconds"]) for pair in zip(reports, again, strict=False)]
    return reports


def allowed_seconds(size: int) -> float:
    """CPU seconds of an idle machine that so many bytes may take."""
    return 0.2 + (size / 1_000_000 if size > SMALL else 0)


def made_elsewhere(make: Callable[[], bytes]) -> bytes:
    """The bytes that `make` returns, made in another process; its memory does not count afterwards."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(make())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0
    return data


def texts() -> Iterator[tuple[Format, str, Callable[[], bytes]]]:
    """All texts to read: format, name, and a function that makes the bytes."""
    for form, bombs in ((Format.JSON, json_bombs()), (Format.MSGPACK, msgpack_bombs())):
        for name, make in bombs:
            yield form, name, make
    for form in OPEN:
        for name, obj in item_bombs(form):
            yield form, name, partial(_written, form, obj)
    yield from key_bombs()


def _read_made(form: Format, make: Callable[[], bytes]) -> Callable[[], Iterator[dict[str, Any]]]:
    return partial(read, form, made_elsewhere(make))


def attacks(part: str) -> Iterator[tuple[str, Callable[[], Callable[[], Iterator[dict[str, Any]]]]]]:
    """The attacks whose name contains `part`, each with a function that prepares it."""
    for form, name, make in texts():
        full = f"{form.name}: {name}"
        if part in full:
            yield full, partial(_read_made, form, make)
    for name, obj, size in shared_bombs():
        if part in f"shared: {name}":
            yield f"shared: {name}", partial(partial, _write_made, obj, size)


def main(part: str = "", first: str = "0", step: str = "1") -> None:
    """Run and print."""
    for form in OPEN:
        for report in read(form, b"\x30"):  # imports, for all children
            assert report["outcome"] == "accepted"
    for table in (DICT, SET):  # found once, for all children
        for bits in PROBING_BITS:
            integers(2**bits, table)
    for name, prepare in islice(attacks(part), int(first), None, int(step)):
        for report in best_of_three(prepare()):
            print(json.dumps({"name": name, **report}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
