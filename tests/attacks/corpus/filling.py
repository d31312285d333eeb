"""Streams that take as much as a message of their size may: one unit, again and again, up to the gate's budget.

A stream of 9 KB is the smallest that has its own bound, one of 300 KB may cost as much as one of a megabyte.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from brine_codec import CodecError
from brine_codec.classes.vocabulary import Vocabulary
from brine_codec.gate import tree
from brine_codec.gate.budget import Budget
from brine_codec.limits import DEFAULT_LIMITS
from tests.attacks import victim
from tests.attacks.assembler import APPENDS, EMPTY_LIST, MARK, MEMOIZE, TREE, framed, some
from tests.attacks.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLAIN, PACKED = (2_000, 9_000, 100_000, 1_000_000), (9_000, 300_000)
"""Bytes of envelopes whose content is not compressed, and is."""
LONG = os.environ.get("BRINE_CORPUS") == "long"
MOST = 40_000_000
"""Bytes of content, which a small envelope could not hold anyway."""


_MAKERS = Vocabulary(victim.registry()).maker


def filled(name: str, unit: bytes, place: int) -> Iterator[Attack]:
    """A list of many units at 9 KB; in the long search, at one other size too, by its place."""
    yield packed(name, unit, PACKED[0])
    if not LONG:
        return
    other = place % 5
    if other == 4:
        yield packed(name, unit, PACKED[1])
    else:
        size = PLAIN[other]
        yield listed(f"{name}, {size} bytes", unit, size // len(unit))


def listed(name: str, unit: bytes, count: int, size: int = 0) -> Attack:
    """A list of so many units, in one batch; with `size`, compressed, after as much as cannot be compressed."""
    pad = b"B" + (size - 1_500).to_bytes(4, "little") + noise(size - 1_500) + MEMOIZE if size > 2_000 else b""
    units = EMPTY_LIST + MARK + unit * count + APPENDS if TREE else some(*[unit] * count)
    stream = framed([EMPTY_LIST + MEMOIZE + MARK + pad, units, APPENDS])
    return Attack(name, stream, alone=False, harmless=True, compress=size > 0)


def packed(name: str, unit: bytes, size: int) -> Attack:
    """Compressed to `size` bytes, with as many units as the budget lets through."""
    name = f"{name}, packed to {size} bytes"
    return largest(lambda count: listed(name, unit, count, size), MOST // len(unit), size)


def largest(make: Callable[[int], Attack], most: int, size: int) -> Attack:
    """The attack with about the highest count that the gate lets through in an envelope of `size` bytes."""
    if not TREE:
        return make(min(most, 20_000 if LONG else 200))
    count = min(most, 64)
    attack = make(count)
    for _ in range(10):
        used = _used(attack, size)
        if used > 1:
            count = max(1, count * 3 // 4)
        elif used > 0.75 or count == most:
            break
        else:
            count = min(most, int(count * min(16, 0.95 / used)) + 1)
        attack = make(count)
    return attack


def _used(attack: Attack, size: int) -> float:
    """Which part of the budget the gate draws; more than 1 when it refuses the attack."""
    budget = Budget(DEFAULT_LIMITS, size)
    memory, steps = budget.memory, budget.steps
    try:
        budget.spend(2 * len(attack.stream), 0)
        tree.check(attack.stream, len(attack.buffers), DEFAULT_LIMITS, budget, _MAKERS)
    except CodecError:
        return 2
    return max(1 - budget.memory / memory, 1 - budget.steps / steps, 0.001)


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 - any bytes do, the same ones each time
