"""Keys that CPython's hash tables find hard to place: their hashes differ, yet they look at the same slots.

A key looks at slots until one is free. Its hash settles the walk, and soon the slot alone does, so that walks that
meet stay together. So half of the keys fill the slots of one long walk. The other half reach the beginning of this walk
without meeting a free slot before.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HASH_BITS = 2**64 - 1
EQUAL = 2**61 - 1
"""Integers that differ by this have the same hash."""


class Table(NamedTuple):
    """A dict looks at one slot at a time, a set at ten in a row; each is so full before it grows."""

    run: int
    filled: float


DICT, SET = Table(1, 2 / 3), Table(10, 3 / 5)


def chosen(hashes: Iterable[int], size: int, table: Table) -> list[int]:
    """Those of these hashes that together fill a table of this size in as long as it can take."""
    mask, most, trail = size - 1, int(size * table.filled), dict[int, int]()
    slot = 1
    while len(trail) < 0.6 * most:  # the slots of one walk, which the first half of the keys takes at once
        for beside in range(slot, slot + (table.run if slot + table.run <= size else 1)):
            trail.setdefault(beside, len(trail))
        slot = (slot * 5 + 1) & mask
    direct: dict[int, int] = {}
    late: list[tuple[int, int]] = []
    for hash_ in hashes:
        slot = hash_ & mask
        if slot in trail:
            if slot not in direct:
                direct[slot] = hash_
                continue
            last = _arrival(hash_ & _HASH_BITS, mask, trail, table.run - 1)
            if last is not None:
                late.append((last, hash_))
                if len(late) > most:
                    break
    late.sort()
    return [direct[slot] for slot in trail if slot in direct] + [hash_ for _, hash_ in late][: most - len(direct)]


def _arrival(perturb: int, mask: int, trail: dict[int, int], more: int) -> int | None:
    """How far down the trail a walk gets onto it for good, if it meets no slot outside of it before."""
    slot = perturb & mask
    while slot in trail and (slot + more) in trail:
        if not perturb:
            return trail[slot]
        perturb >>= 5
        slot = (slot * 5 + perturb + 1) & mask
    return None


@cache
def integers(size: int, table: Table) -> list[int]:
    """Integers, as keys of one table that takes so many slots. None is negative or has more than 53 bits."""
    return chosen(range(1, 48 * size), size, table)


def keys[Key](make: Callable[[int], Key], size: int, table: Table, tried: int = 40) -> list[Key]:
    """Keys with hashes that collide in the table; `tried` candidates for each slot."""
    pool = {hash(key): key for key in map(make, range(tried * size))}
    return [pool[hash_] for hash_ in chosen(pool, size, table)]
