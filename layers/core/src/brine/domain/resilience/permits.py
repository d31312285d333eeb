"""Permits: they limit how many variants of a key are stored, beside the one in the main slot.

A key has a number of permits, one less than its route's `max_variants`. A variant is stored only while its slot has one
of them. Which permits a slot may have follows from its name, so no list of the variants is needed
(docs/decisions/0111).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

CANDIDATES: Final = 8
"""The most permits that one slot may have. With eight, 300 slots fill 98% of 255 permits."""
REPLACED: Final = 1 / 8
"""The share of new variants that replace another one when all their permits are taken.

With 1, variants that are asked for in turn would replace each other before they are asked for again.
"""


@dataclass(frozen=True, slots=True)
class Permit:
    """The permit with this number, which `slot` has until `evict_at` (whole seconds since 1970)."""

    number: int
    slot: str
    evict_at: int

    def is_open_to(self, slot: str, now: float) -> bool:
        """Return whether the slot may have this permit: it is its own, or its time is over."""
        return self.slot == slot or self.evict_at <= now


def candidate_permits(slot: str, count: int) -> tuple[int, ...]:
    """Return the numbers of the permits that a slot may have, in the order to try them. `count`: how many there are."""
    digest = sha256(slot.encode()).digest()
    if count <= CANDIDATES:  # all of them
        return tuple((digest[0] + number) % count for number in range(count))
    words = (int.from_bytes(digest[at : at + 4]) for at in range(0, 4 * CANDIDATES, 4))
    return tuple(dict.fromkeys(word % count for word in words))


def permit_to_replace(permits: Collection[Permit]) -> Permit:
    """Return the one of these permits that a new variant takes over if all are taken: the one that ends first."""
    return min(permits, key=lambda permit: permit.evict_at)
