"""Keys that are dear: equal hashes with dear comparisons, and different hashes that meet in the same slots."""

from __future__ import annotations

import sys
from functools import partial
from struct import pack
from typing import TYPE_CHECKING

import numpy as np

from tests.attacks.assembler import (
    FROZENSET,
    MARK,
    MEMOIZE,
    NONE,
    TUPLE2,
    few,
    framed,
    kept,
    made,
    mapping,
    members,
    number,
    real,
    some,
)
from tests.attacks.attack import Attack
from tests.attacks.corpus.filling import LONG, largest, noise
from tests.attacks.victim import TAGS
from tests.support.codec.zstd import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    type Key = Callable[[int], bytes]

PRIME = sys.hash_info.modulus
WORD = 2**64
SIZES = (9_000, 1_000_000)
"""Bytes of envelopes."""


def probing(table: int, count: int) -> list[int]:
    """Integers that meet in a dict of `table` places, by its own rule: the next place is 5 * place + 1 + shifted hash.

    The first half lies in a row, in the order in which places are tried at last. The second half is chosen from
    candidates that differ in their highest bits: these find each place taken until they come to that row.
    """
    row, at = [], 0
    for _ in range(count // 2):
        row.append(at)
        at = (5 * at + 1) % table
    order = np.full(table, -1)
    order[row] = np.arange(len(row))
    hashes = (np.arange(2**20, dtype=np.uint64) << np.uint64(40)) | np.uint64(0)
    places, shifted = hashes % table, hashes.copy()
    taken = np.ones(len(hashes), dtype=bool)
    for _ in range(13):
        shifted >>= np.uint64(5)
        places = (places * np.uint64(5) + np.uint64(1) + shifted) % np.uint64(table)
        taken &= order[places.astype(np.int64)] >= 0
    found = hashes[taken][np.argsort(order[places[taken].astype(np.int64)], kind="stable")]
    return row + [int(value) for value in found[: count - len(row)]]


def colliding_pair(at: int) -> tuple[int, int]:
    """Two integers of 64 bits; the tuples of all such pairs have the same hash: tuple's hash, run backwards."""
    one, two, five = 11400714785074694791, 14029467366897019727, 2870177450012600261

    def left(value: int, by: int) -> int:
        return (value << by | value >> (64 - by)) % WORD

    first = at
    while True:
        first += 1_000_003
        before = left((five + first * two) % WORD, 31) * one % WORD
        wanted = left(12345 * pow(one, -1, WORD) % WORD, 33)
        second = (wanted - before) * pow(two, -1, WORD) % WORD
        if second < PRIME:
            return first, second


def uuid(at: int) -> bytes:
    return made("py:UUID", b"C\x10" + (1 + at * PRIME).to_bytes(16) + MEMOIZE)


def big(at: int) -> bytes:
    return number(1 + at * PRIME)


def nested_frozensets(key: bytes, depth: int) -> bytes:
    return MARK * depth + key + (FROZENSET + MEMOIZE) * depth


def digits(at: int, length: int) -> str:
    value = (1 + at * PRIME) + PRIME * 10**length
    return str(value)


def address(at: int) -> bytes:
    value = (1 + at * PRIME) % 2**128
    text = ":".join(f"{value >> shift & 0xFFFF:x}" for shift in range(112, -16, -16))
    return made("py:IPv6Network", kept(text))


def zoned(at: int, zone: bytes) -> bytes:
    """Times that are the same moment or different ones, always in the same zone."""
    micro = at * 7_919
    state = bytes((7, 228, 1 + at % 12, 1 + at % 28, at // 60 % 24, at % 60, at % 60)) + (micro % 10**6).to_bytes(3)
    return made("py:datetime+zone", b"C\x0a" + state + MEMOIZE, zone)


def multiplied(at: int, depth: int, width: int = 4) -> bytes:
    """A frozenset of frozensets, all of one hash, of which only the last differs from those of other keys."""
    if depth == 0:
        return big(at)
    others = [multiplied(10**6 + place, depth - 1, width) for place in range(width - 1)]
    return MARK + b"".join(others) + multiplied(at, depth - 1, width) + FROZENSET + MEMOIZE


def called_frozenset(at: int, width: int = 60) -> bytes:
    """The same in one level, as a call."""
    members = [big(10**6 + place) for place in range(width - 1)]
    return made("py:frozenset", some(some(*members, big(at)), NONE))


ITEMS: dict[str, Key] = {
    "frozensets of equal hash": lambda at: multiplied(at, 3),
    "frozensets of equal hash, called": called_frozenset,
    "records of called frozensets": lambda at: made(TAGS["Keyed"], called_frozenset(at)),
    "big integers": big,
    "bigger integers": lambda at: number(1 + (at + 2**2000) * PRIME),
    "tuples of a big integer": lambda at: few(big(at)),
    "tuples of nothing and a big integer": lambda at: few(NONE, b")", few(b")", NONE), big(at)),
    "tuples of 64 bits": lambda at: few(*map(number, colliding_pair(at))),
    "tuples in tuples": lambda at: few(few(few(few(few(big(at)))))),
    "long tuples": lambda at: MARK + NONE * 200 + big(at) + b"t" + MEMOIZE,
    "tuples of records": lambda at: few(made(TAGS["Keyed"], big(at))),
    "tuples of objects": lambda at: few(made("py:Fraction", number(at * PRIME + 1), number(1)), NONE),
    "frozensets in frozensets": lambda at: nested_frozensets(big(at), 20),
    "records": lambda at: made(TAGS["Keyed"], big(at)),
    "records in records": lambda at: made(TAGS["Keyed"], made(TAGS["Keyed"], made(TAGS["Keyed"], big(at)))),
    "pairs": lambda at: made(TAGS["Pair"], NONE, big(at)),
    "UUIDs": uuid,
    "Decimals": lambda at: made("py:Decimal", kept(str(1 + at * PRIME))),
    "long Decimals": lambda at: made("py:Decimal", kept(digits(at, 900))),
    "Fractions": lambda at: made("py:Fraction", number(1 + at * PRIME), number(1)),
    "long Fractions": lambda at: made("py:Fraction", number(1 + (at + 2**8_000) * PRIME), number(1)),
    "Decimals and Fractions": lambda at: (
        made("py:Decimal", kept(str(1 + at * PRIME)))
        if at % 2
        else made("py:Fraction", number(1 + (at + 2**8_000) * PRIME), number(1))
    ),
    "Decimals and integers": lambda at: made("py:Decimal", kept(str(1 + at * PRIME))) if at % 2 else big(at),
    "Decimals and complex": lambda at: (
        made("py:Decimal", kept(str(1 + at * PRIME)))
        if at % 2
        else made("py:complex", real(-1000003.0 * at), real(float(at)))
    ),
    "Fractions and integers": lambda at: made("py:Fraction", number(1 + at * PRIME), number(1)) if at % 2 else big(at),
    "complex": lambda at: made("py:complex", real(-1000003.0 * at), real(float(at))),
    "ranges": lambda at: made("py:range", big(at), number(1 + at * PRIME + 9), number(1)),
    "addresses": lambda at: made("py:IPv6Address", kept(f"::{at:x}")),
    "networks": address,
    "timedeltas": lambda at: made("py:timedelta", number(at % 2**20), number(at % 86_400), number(at * 7 % 10**6)),
    "datetimes": lambda at: zoned(at, number(0)),
    "datetimes of offsets": lambda at: zoned(at, number(at * 1_000_003 % (86_400 * 10**6))),
    "datetimes in a zone": lambda at: zoned(at, made("py:ZoneInfo", kept("Europe/Berlin"))),
    "paths": lambda at: made("py:PurePosixPath", kept(f"a/b/c/{at}")),
    "enums of flags": lambda at: made("Bits@1", number(at % 2**20)),
    "datetimes without zone": lambda at: made(
        "py:datetime", b"C\x0a" + bytes((7, 228, 1, 1, 1, 1, 1)) + (at % 10**6).to_bytes(3) + MEMOIZE
    ),
    "texts": lambda at: kept(f"key {at}"),
}


def same_slots() -> Iterator[tuple[str, Key]]:
    """Keys without equal hashes that meet in the table."""
    for table, count in ((2**14, 10_900), (2**16, 43_600)):
        values = probing(table, count)
        name = f"integers in the same of {table} slots"
        yield name, lambda at, values=values: number(values[at % len(values)])  # type: ignore[misc]  # bound at once
        name = f"floats in the same of {table} slots"
        yield name, lambda at, values=values: real(float(values[at % len(values)]))  # type: ignore[misc]  # likewise
    yield "numbers of 8 bits", lambda at: number(at % 256)
    yield "numbers of 16 bits", lambda at: number(at % 2**16)
    yield "numbers with the same low bits", lambda at: number(at << 40)
    yield "negative numbers", lambda at: number(-(at << 40))


def as_dict(key: Key, count: int) -> list[bytes]:
    return [mapping(*[(key(at), NONE) for at in range(count)])]


def as_set(key: Key, count: int) -> list[bytes]:
    return [members(*[key(at) for at in range(count)])]


def as_frozenset(key: Key, count: int) -> list[bytes]:
    return [MARK, *[key(at) for at in range(count)], FROZENSET + MEMOIZE]


def as_ordered(key: Key, count: int) -> list[bytes]:
    return [made("py:OrderedDict", b"".join(as_dict(key, count)))]


def as_counter(key: Key, count: int) -> list[bytes]:
    return [made("py:Counter", b"".join(as_dict(key, count)))]


def as_called_dict(key: Key, count: int) -> list[bytes]:
    return [made("py:dict", some(some(*[key(at) for at in range(count)]), some(*[NONE] * count)))]


def as_called_set(key: Key, count: int) -> list[bytes]:
    return [made("py:set", some(some(*[key(at) for at in range(count)]), NONE))]


def as_called_sets(key: Key, count: int) -> list[bytes]:
    """Many small ones."""
    small = [some(some(*[key(at + n) for n in range(9)]), NONE) for at in range(0, count, 9)]
    return [some(*[made("py:frozenset", columns) for columns in small])]


CONTAINERS = {
    "dict": as_dict,
    "set": as_set,
    "frozenset": as_frozenset,
    "OrderedDict": as_ordered,
    "Counter": as_counter,
    "called dict": as_called_dict,
    "called set": as_called_set,
    "called sets": as_called_sets,
}
CALLED = tuple(CONTAINERS)[5:]


def attack(name: str, container: str, key: Key, count: int, size: int) -> Attack:
    """So many keys in a container, compressed, and noise that brings the envelope to `size`."""
    keys = b"".join(CONTAINERS[container](key, count))
    pad = size - len(zstd.compress(keys, level=1)) - 400
    stream = framed([keys, b"B" + pack("<I", max(pad, 256)) + noise(max(pad, 256)), MEMOIZE, TUPLE2, MEMOIZE])
    return Attack(f"keys: {name} in a {container}, {size} bytes", stream, alone=False, harmless=True, compress=True)


def attacks() -> Iterator[Attack]:
    kinds = [(name, key, [list(CONTAINERS)[place % 5]]) for place, (name, key) in enumerate(ITEMS.items())]
    kinds += [(name, key, ["dict", "set", "Counter"]) for name, key in same_slots()]
    kinds += [(name, key, [CALLED[place % 3]]) for place, (name, key) in enumerate(ITEMS.items())]
    kinds += [(name, key, ["called dict", "called set"]) for name, key in same_slots()]
    for name, key, containers in kinds:
        for container in containers if LONG else containers[:1]:
            for size in SIZES if LONG else SIZES[:1]:
                yield largest(partial(attack, name, container, key, size=size), 60_000, size)
