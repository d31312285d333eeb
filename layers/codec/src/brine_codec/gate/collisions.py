"""The cost of putting keys into one dict or set if a sender may have chosen them so that they collide.

A hash table probes one slot after another until it finds a free one. Only the hashes of texts, bytes and naive dates
and times are randomized in each process. A sender can compute all other hashes, and choose keys so that each insertion
probes thousands of slots. No property of the keys tells whether they were chosen. So this module simulates the probes
of CPython (Objects/dictobject.c and setobject.c) and counts them.
"""

from __future__ import annotations

from itertools import groupby, islice
from operator import eq

from brine_codec.gate.budget import COMPARISON

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    type Table = tuple[int, int, int]
    type Spend = Callable[[float, float], None]
    type Weigh = Callable[[object], float]

RANDOM_HASH = frozenset({str, bytes, bool, type(None)})
"""Types with hashes that a sender cannot choose."""
SMALLEST_TABLE_KEYS = 5
"""Keys that fit into a table of the smallest size, which is always cheap."""
MEMORY_PER_KEY = 200
"""Bytes for each key: its slot in a table that has just grown, and its items in the lists of this module."""
STEPS_PER_PROBE, STEPS_PER_WEIGHED_KEY = 2.5, 8
"""Steps of one simulated probe of a slot or of a row of slots, which is much slower than a real one; steps of one call
of `weigh`."""
_PERTURB_SHIFT = 5
_HASH_BITS = 2**64 - 1


DICT, SET = (1, 2, 3), (10, 3, 5)
"""How CPython fills a table: the slots in a row that it tries before it jumps, and the share of filled slots at which
the table grows, as two numbers. (1, 2, 3): it tries one slot, and grows when two of three are filled."""


def charge_keys(keys: Sequence[object], table: Table, spend: Spend, weigh: Weigh) -> None:
    """Spend the cost of putting these keys into one table, before that is done. `spend` raises if it is too much.

    weigh: returns the machine words to compare, at most, for a key and another key with the same hash.

    Raises TypeError for a value that cannot be a key.
    """
    spend(MEMORY_PER_KEY * len(keys), 0)
    if len(keys) <= SMALLEST_TABLE_KEYS or RANDOM_HASH.issuperset(map(type, keys)):
        for key in keys:
            hash(key)
        return
    hashes = list(map(hash, keys))
    ordered = sorted(hashes)
    if any(map(eq, ordered, islice(ordered, 1, None))):
        _charge_comparisons(keys, hashes, spend, weigh)
    size = 8
    while _charge_probes(hashes, size, table, spend) < len(hashes):
        size *= 2


def _charge_probes(hashes: list[int], size: int, table: Table, spend: Spend) -> int:
    """Spend the probes to fill an empty table of this size. Return the number of keys that it took."""
    linear_probes, filled, slots = table
    count = min(len(hashes), size * filled // slots)
    mask, taken, probes = size - 1, bytearray(size), 0
    for hash_ in islice(hashes, count):
        slot, perturb = hash_ & mask, hash_ & _HASH_BITS
        while taken[slot]:
            if linear_probes > 1 and slot + linear_probes <= size:
                free = taken.find(0, slot, slot + linear_probes)
                if free > 0:
                    slot = free
                    break
            probes += 1
            perturb >>= _PERTURB_SHIFT
            slot = (slot * 5 + perturb + 1) & mask
        taken[slot] = 1
        if probes > size:
            spend(0, STEPS_PER_PROBE * probes)
            probes = 0
    spend(0, STEPS_PER_PROBE * (probes + count))
    return count


def _charge_comparisons(keys: Sequence[object], hashes: list[int], spend: Spend, weigh: Weigh) -> None:
    """Spend the comparisons of keys with equal hashes, each with all such keys before it."""
    places = sorted(range(len(keys)), key=hashes.__getitem__)
    for _, group in groupby(places, hashes.__getitem__):
        alike = list(group)
        if len(alike) > 1:
            steps_each = STEPS_PER_WEIGHED_KEY + len(alike) * COMPARISON
            for place in alike:
                spend(0, weigh(keys[place]) * steps_each)
