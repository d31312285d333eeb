"""The limit of variants: a variant is stored only while it has one of its key's permits (docs/decisions/0111)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.resilience.permits import REPLACED, Permit, candidate_permits, permit_to_replace
from brine.errors import StoreError
from brine.ports.caching import Item
from brine.service.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import ItemStore, PermitStore
    from brine.service.transaction import Trace


@dataclass(frozen=True, slots=True)
class VariantLimit:
    """Gives permits to variants. `items`: the table of the variants. `draw` gives random numbers of [0, 1)."""

    permits: PermitStore
    items: ItemStore
    draw: Callable[[], float] = random.random

    def admits(self, pk: str, slot: str, *, count: int, evict_at: int, trace: Trace) -> bool:
        """Return whether a variant may be stored in this slot until `evict_at`. One call, rarely up to four.

        If all of its permits are taken, chance decides if it replaces another variant. `count`: the permits of the key.
        """
        try:
            is_admitted = self._admits(pk, slot, count, evict_at, trace)
        except StoreError as error:
            trace.faults.store_failed("table", error)
            return False
        if not is_admitted:
            trace.faults.add(Fault("variants", "capped"))
        return is_admitted

    def _admits(self, pk: str, slot: str, count: int, evict_at: int, trace: Trace) -> bool:
        first, *others = candidate_permits(slot, count)
        holder = self._claim(pk, Permit(first, slot, evict_at), trace)
        if holder is None:
            return True
        taken = {holder.number: holder}
        if others:
            taken |= {permit.number: permit for permit in self.permits.read(pk, others, deadline=trace.deadline)}
        own = [number for number in others if number in taken and taken[number].slot == slot]
        free = [number for number in others if number not in taken or taken[number].is_open_to(slot, trace.now)]
        for number in own or free:  # another variant may have taken it meanwhile
            holder = self._claim(pk, Permit(number, slot, evict_at), trace)
            if holder is None:
                return True
            taken[number] = holder
        return self.draw() < REPLACED and self._replaces(pk, permit_to_replace(taken.values()), slot, evict_at, trace)

    def _replaces(self, pk: str, replaced: Permit, slot: str, evict_at: int, trace: Trace) -> bool:
        """Take over a permit, and end the variant that had it. False if that variant was renewed meanwhile."""
        if self._claim(pk, Permit(replaced.number, slot, evict_at), trace, replaces=replaced) is not None:
            return False
        ended = Item(envelope=b"", evict_at=int(trace.now))  # DynamoDB's TTL deletes it
        self.items.write(pk, replaced.slot, ended, deadline=trace.deadline)
        return True

    def _claim(self, pk: str, permit: Permit, trace: Trace, *, replaces: Permit | None = None) -> Permit | None:
        return self.permits.claim(pk, permit, now=trace.now, replaces=replaces, deadline=trace.deadline)
