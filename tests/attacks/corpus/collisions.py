"""Keys that all have the same hash: inserting n of them takes n squared comparisons."""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    ADDITEMS,
    EMPTY_DICT,
    EMPTY_SET,
    FROZENSET,
    MARK,
    MEMOIZE,
    NONE,
    SETITEMS,
    call,
    few,
    framed,
    kept,
    maker,
    number,
    real,
)
from tests.attacks.attack import Attack
from tests.attacks.victim import TAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PRIME = sys.hash_info.modulus


def big(at: int) -> bytes:
    """Integers that all hash to 1."""
    return number(1 + at * PRIME)


def as_dict(item: Callable[[int], bytes], count: int, *before: bytes) -> bytes:
    tokens = [*before, EMPTY_DICT + MEMOIZE]
    for start in range(0, count, 1000):
        tokens += [MARK, *[item(at) + NONE for at in range(start, start + 1000)], SETITEMS]
    return framed(tokens)


def as_set(item: Callable[[int], bytes], count: int) -> bytes:
    tokens = [EMPTY_SET + MEMOIZE]
    for start in range(0, count, 1000):
        tokens += [MARK, *[item(at) for at in range(start, start + 1000)], ADDITEMS]
    return framed(tokens)


def as_frozenset(item: Callable[[int], bytes], count: int) -> bytes:
    return framed([MARK, *[item(at) for at in range(count)], FROZENSET + MEMOIZE])


def made_from(tag: str, *items: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Objects of one maker, which is memoised by the first."""

    def token(at: int) -> bytes:
        return call(maker(tag, place=6 if at else None), *[item(at) for item in items])

    return token


def uuid_bytes(at: int) -> bytes:
    return b"C\x10" + (1 + at * PRIME).to_bytes(16) + MEMOIZE


def power(at: int) -> bytes:
    """Floats with the hash of one of a few numbers."""
    return real(struct.unpack(">d", struct.pack(">Q", (at % 2046 + 1) << 52 | at))[0])


ITEMS: dict[str, Callable[[int], bytes]] = {
    "integers": big,
    "tuples of an integer": lambda at: few(big(at)),
    "tuples of two": lambda at: few(number(1), big(at)),
    "nested tuples": lambda at: few(few(big(at))),
    "small integers, same low bits": lambda at: number(at << 14 if at < 2**17 else at),
    "integers of 8 bytes": lambda at: number((at << 40) + 1),
    "floats": power,
    "texts": lambda at: kept(f"key {at}"),
}


def attacks() -> Iterator[Attack]:
    for name, item in ITEMS.items():
        safe = name in ("small integers, same low bits", "integers of 8 bytes", "floats", "texts")
        for count in (5_000, 50_000):
            yield Attack(
                f"collisions: {count} {name} in a dict",
                as_dict(item, count),
                alone=False,
                harmless=safe or count == 5000,
            )
            yield Attack(
                f"collisions: {count} {name} in a set", as_set(item, count), alone=False, harmless=safe or count == 5000
            )
        yield Attack(f"collisions: 50000 {name} in a frozenset", as_frozenset(item, 50_000), alone=False, harmless=safe)
    objects = {
        "UUIDs": made_from("py:UUID", uuid_bytes),
        "Decimals": made_from("py:Decimal", lambda at: kept(str(1 + at * PRIME))),
        "records": made_from(TAGS["Keyed"], big),
        "complex": made_from("py:complex", lambda at: real(-1000003.0 * at), lambda at: real(float(at))),
    }
    for name, item in objects.items():
        for count in (1_000, 5_000, 20_000):
            yield Attack(
                f"collisions: {count} {name} in a dict",
                as_dict(item, count),
                alone=False,
                harmless=count == 1_000,
            )
