"""What it takes to put keys into one dict or set, when their sender may have chosen them so that they collide.

A hash table looks at one slot after another until one is free. Only the hashes of texts, bytes and naive dates and
times depend on a secret of this process: a sender can compute all others, and choose keys that make each look at
thousands of slots. No rule about keys tells honest ones from those, so `looks` goes the way that CPython goes
(Objects/dictobject.c and setobject.c), and counts.
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

SECRET = frozenset({str, bytes, bool, type(None)})
"""Types whose hashes a sender cannot choose."""
FEW = 5
"""So many keys fit into a table of the smallest size, where nothing can cost much."""
KEY_MEMORY = 200
"""Bytes for each key: its place in a table that has just grown, and in the lists that are made here."""
LOOK, WEIGHED = 2.5, 8
"""Steps of one look at a slot or at a run of them, which here takes far longer than in a table; of weighing a value."""
_PERTURB_SHIFT = 5
_HASH_BITS = 2**64 - 1


DICT, SET = (1, 2, 3), (10, 3, 5)
"""How CPython fills a table: how many slots in a row it tries before it jumps; and the part of the slots that it fills
before the table grows, as two numbers: (1, 2, 3) tries one slot, and grows when two of three are filled."""


def price(keys: Sequence[object], table: Table, spend: Spend, weigh: Weigh) -> None:
    """Spend what these keys will take, before they are put into one table. `spend` raises when that is too much.

    weigh: how many machine words are looked at to compare a key with another of the same hash, at most.
    Raises TypeError for what cannot be a key.
    """
    spend(KEY_MEMORY * len(keys), 0)
    if len(keys) <= FEW or SECRET.issuperset(map(type, keys)):
        for key in keys:
            hash(key)
        return
    hashes = list(map(hash, keys))
    ordered = sorted(hashes)
    if any(map(eq, ordered, islice(ordered, 1, None))):
        _compare(keys, hashes, spend, weigh)
    size = 8
    while _fill(hashes, size, table, spend) < len(hashes):
        size *= 2


def _fill(hashes: list[int], size: int, table: Table, spend: Spend) -> int:
    """Put as many keys into an empty table as this size takes, and spend what that takes. Returns how many."""
    run, filled, slots = table
    count = min(len(hashes), size * filled // slots)
    mask, taken, looks = size - 1, bytearray(size), 0
    for hash_ in islice(hashes, count):
        slot, perturb = hash_ & mask, hash_ & _HASH_BITS
        while taken[slot]:
            if run > 1 and slot + run <= size:
                free = taken.find(0, slot, slot + run)
                if free > 0:
                    slot = free
                    break
            looks += 1
            perturb >>= _PERTURB_SHIFT
            slot = (slot * 5 + perturb + 1) & mask
        taken[slot] = 1
        if looks > size:
            spend(0, LOOK * looks)
            looks = 0
    spend(0, LOOK * (looks + count))
    return count


def _compare(keys: Sequence[object], hashes: list[int], spend: Spend, weigh: Weigh) -> None:
    """Spend what comparing those with equal hashes takes, each with all that came before it."""
    places = sorted(range(len(keys)), key=hashes.__getitem__)
    for _, group in groupby(places, hashes.__getitem__):
        alike = list(group)
        if len(alike) > 1:
            price_of_each = WEIGHED + len(alike) * COMPARISON
            for place in alike:
                spend(0, weigh(keys[place]) * price_of_each)
