"""The shared count of a budget: which requests count, and how a reservation changes the count.

A reservation gives a process several units of the budget, each for one request. They are counted in the slot in which
they expire, the latest in which they may be used. With its next reservation, the process reports the slots in which it
used them, and returns those that it did not use. So the count of a period is never less than the requests sent in it.

Processes change the count side by side. Each change has a condition on the running total alone, which grows with each
reservation. Each process knows an older ledger, and derives from it how many units have left the period.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.resilience.budget import OriginBudget


@dataclass(frozen=True, slots=True)
class Meter:
    """A count of units. `total`: all reserved so far, without the returned ones. `slots`: their number by slot.

    `removed`: the number of those in slots that were removed from `slots`.
    """

    total: int = 0
    removed: int = 0
    slots: Mapping[int, int] = field(default_factory=dict)

    def left(self, budget: OriginBudget, now: float, known_at: float) -> int:
        """Return how many units are certainly too old to count, if the meter was read at `known_at`."""
        return self.removed + sum(self.settled(budget, now, known_at).values())

    def settled(self, budget: OriginBudget, now: float, known_at: float) -> dict[int, int]:
        """Return the slots that no longer count. Their numbers are final."""
        last = min(budget.slot(now - budget.period), budget.slot(known_at - budget.settling_time))
        return {slot: number for slot, number in self.slots.items() if slot < last}

    def counted(self, budget: OriginBudget, now: float, known_at: float) -> int:
        """Return how many units count at `now`. It may be too many, never too few."""
        return self.total - self.left(budget, now, known_at)

    def reserved(self, slot: int) -> int:
        """Return how many units may still be used after this slot."""
        return sum(number for at, number in self.slots.items() if at > slot)

    def free_at(self, budget: OriginBudget, most: int, wanted: int) -> float:
        """Return the time when `wanted` of `most` units are free, if no more are reserved: 0 for now, or infinity."""
        counted, time = self.total - self.removed, 0.0
        for slot in sorted(self.slots):
            if most - counted >= wanted:
                break
            counted, time = counted - self.slots[slot], budget.leaves_at(slot)
        return time if most - counted >= wanted else inf


@dataclass(frozen=True, slots=True)
class Ledger:
    """The shared state of a budget. Times are in seconds since 1970.

    `refreshes`: the meter of refreshes alone; `requests` has them, too. `refresh_wanted`: the last time when a refresh
    found no unit. `even_until`: the time up to which requests at an even rate would use what was reserved (for bursts).
    `paused_until`: no request before that time, because the origin asked for it. Until `capped_until`, the total of
    `requests` stays below `cap`. `last_take`: the name of the last reservation.
    """

    requests: Meter = field(default_factory=Meter)
    refreshes: Meter = field(default_factory=Meter)
    refresh_wanted: float = 0.0
    even_until: float = 0.0
    paused_until: float = 0.0
    capped_until: float = 0.0
    cap: int = 0
    last_take: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterChange:
    """A change of a meter, if its total is at most `at_most` before it.

    `slots`: the number to add to each slot, which may be negative. `removed`: settled slots with their known numbers.
    """

    added: int
    at_most: float
    slots: Mapping[int, int]
    removed: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvenChange:
    """A change of `even_until`, if it is at most `at_most` before it.

    It grows by `added` seconds, or, without them, becomes `until`.
    """

    at_most: float
    added: float | None = None
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A reservation. It fails if a condition of its changes fails, or while the budget is paused or at its cap.

    `name` is unique, so that a repeated call finds its own reservation. `evict_at`: when the state is of no use any
    more, in seconds since 1970.
    """

    name: str
    now: float
    evict_at: int
    requests: MeterChange
    refreshes: MeterChange | None = None
    even: EvenChange | None = None


def applied(ledger: Ledger, take: Take) -> Ledger | None:
    """Return the ledger after a reservation, or None if a condition fails. A repeated one has no effect."""
    if take.name == ledger.last_take:
        return ledger
    requests, refreshes = _changed(ledger.requests, take.requests), ledger.refreshes
    if take.refreshes is not None:
        changed = _changed(refreshes, take.refreshes)
        if changed is None:
            return None
        refreshes = changed
    is_capped = ledger.capped_until > take.now and ledger.requests.total >= ledger.cap
    if requests is None or is_capped or ledger.paused_until > take.now:
        return None
    even_until = ledger.even_until
    if take.even is not None:
        if even_until > take.even.at_most:
            return None
        even_until = take.even.until if take.even.added is None else even_until + take.even.added
    return replace(ledger, requests=requests, refreshes=refreshes, even_until=even_until, last_take=take.name)


def _changed(meter: Meter, change: MeterChange) -> Meter | None:
    if meter.total > change.at_most:
        return None
    if any(meter.slots.get(slot) != number for slot, number in change.removed.items()):
        return None
    slots = Counter(meter.slots)
    slots.update(change.slots)
    for slot in change.removed:
        del slots[slot]
    return Meter(meter.total + change.added, meter.removed + sum(change.removed.values()), dict(slots))
