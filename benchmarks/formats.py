"""Compare the CPU time for JSON and MessagePack between Brine and libraries without support for other classes.

The best round counts. `alone` is the library on the same tree of plain values. `records` are dataclasses with Decimals
and datetimes, so the libraries alone get the plain values that Brine makes of them.

    uv run --group bench python benchmarks/formats.py [ROUNDS]
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import msgpack
import msgspec  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed with the group bench only
import orjson  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed with the group bench only

from benchmarks.codec import FrozenRecord, nested, per_call, records
from brine.domain.formats import Format, decode, encode
from brine.domain.formats.allowed_types import Types
from brine_codec import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 7
REGISTRY = Registry()
REGISTRY.register(FrozenRecord, version=1)
TYPES = Types(REGISTRY)
PLAIN = {f"field_{at:02}": f"value number {at}" if at % 2 else at * 1_000 for at in range(48)}
PAYLOADS: dict[str, object] = {
    "1 KB dict": PLAIN,
    "1,000 records": records(FrozenRecord),
    "5 MB nested": nested(),
}


def contenders(form: Format) -> dict[str, tuple[Callable[[Any], bytes], Callable[[bytes], object]]]:
    """Return the functions that write and read, by contender."""
    others: dict[str, tuple[Callable[[Any], bytes], Callable[[bytes], object]]]
    if form is Format.JSON:
        others = {
            "json alone": (lambda tree: json.dumps(tree, ensure_ascii=False).encode(), json.loads),
            "orjson alone": (orjson.dumps, orjson.loads),
            "msgspec alone": (msgspec.json.encode, msgspec.json.decode),
        }
    else:
        others = {
            "msgpack alone": (msgpack.packb, lambda data: msgpack.unpackb(data, strict_map_key=False)),
            "msgspec alone": (msgspec.msgpack.encode, msgspec.msgpack.decode),
        }
    return {"brine": (lambda obj: encode(form, obj, TYPES), lambda data: decode(form, data, TYPES))} | others


def main(rounds: int) -> None:
    print("| payload | contender | write, us | ratio | read, us | ratio | bytes |")
    print("|---|---|---|---|---|---|---|")
    for title, payload in PAYLOADS.items():
        for form in (Format.JSON, Format.MSGPACK):
            written = encode(form, payload, TYPES)
            tree = json.loads(encode(Format.JSON, payload, TYPES))
            rows = []
            for name, (write, read) in contenders(form).items():
                given, data = (payload, written) if name == "brine" else (tree, write(tree))
                calls = max(1, int(20_000 / max(per_call(write, given, 1), 1.0)))
                writing = min(per_call(write, given, calls) for _ in range(rounds))
                reading = min(per_call(read, data, calls) for _ in range(rounds))
                rows.append((name, writing, reading, len(data)))
            _, base_write, base_read, _ = rows[1]
            for name, writing, reading, size in rows:
                print(
                    f"| {title}, {form.name} | {name} | {writing:,.1f} | {writing / base_write:.2f} "
                    f"| {reading:,.1f} | {reading / base_read:.2f} | {size:,} |"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
