"""The next step of a process that needs a unit: the reservation to make, or how long to wait.

The more a process sends, the more units it reserves with one call, up to a thirtieth of the budget. While the budget
is scarce, all processes together keep only a part of it unused, and a process with a short wait in sight gathers enough
units for one call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, inf
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.resilience.budget_ledger import EvenChange, MeterChange, Take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.resilience.budget import OriginBudget
    from brine.domain.resilience.budget_ledger import Ledger, Meter

LARGEST_PART: Final = 30
"""A reservation has at most this part of the budget: 1 of 30."""
UNUSED_PART: Final = 4
"""While the budget is scarce, reservations together have at most this part of it: 1 of 4, which is half used."""
SCARCE_PART: Final = 4
"""The budget is scarce while less than this part of it is free: 1 of 4."""
NEW_PART: Final = 2
"""While the budget is scarce, a reservation has at most this part of the rest of UNUSED_PART: 1 of 2."""
ENOUGH: Final = 0.5
"""A patient process takes no less than this part of the units that it wants."""
SHORTEST_PART: Final = 20
"""A reservation of several units lasts at least this part of the period: 1 of 20."""
PATIENCE_PART: Final = 10
"""A process is patient for this part of the period: 1 of 10."""
PATIENT_SLOTS: Final = 4
"""A patient process waits at most so many slots for more units than one."""
EVEN_PART: Final = 8
"""The part of a burst that a change of the even time may waste: 1 of 8."""
FEW_SLOTS: Final = 55
"""A meter with more slots has its settled ones removed now and then, which keeps the item below 1 KB."""
MOST_SLOTS: Final = 75
"""A meter with more slots has its settled ones removed by each reservation."""
REMOVAL_CHANCE: Final = 0.1
MOST_REMOVED: Final = 24
KEPT: Final = 600
"""Seconds for which a state is kept after it is of no use."""


@dataclass(slots=True)
class Reservation:
    """Units of a process. `left`: those that it has not used. `uses`: the used ones by slot.

    They may be used until `expires`, which is in `slot`. A reservation of one unit is used at once.
    """

    units: int
    expires: float
    slot: int
    left: int = 0
    uses: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The facts about a process that needs a unit.

    `gap`: seconds between its requests, None if it had only one. `reported`: its last reservation, which it has not
    reported yet. `known_at`: when its ledger was read. `patient`: whether it may wait for a larger reservation.
    """

    is_refresh: bool = False
    gap: float | None = None
    reported: Reservation | None = None
    known_at: float = 0.0
    patient: bool = True


@dataclass(frozen=True, slots=True)
class BudgetWait:
    """No call before `until`. `retry_at`: when a unit is expected to be free. `reason`: why there is none."""

    until: float
    retry_at: float
    reason: Literal["spent", "paused"] = "spent"


@dataclass(frozen=True, slots=True)
class Step:
    """A reservation to try, and the change of the ledger that makes it."""

    reservation: Reservation
    take: Take


def next_step(
    budget: OriginBudget, ledger: Ledger, need: Need, *, now: float, chance: float, name: str
) -> Step | BudgetWait:
    """Return the next step of a process. `chance` in [0, 1) spreads waits; `name` is for the reservation."""
    if ledger.paused_until > now:
        return BudgetWait(ledger.paused_until, ledger.paused_until, "paused")
    report = _Report.of(need.reported, now, budget)
    cap = ledger.cap if now < ledger.capped_until else inf
    room = cap - ledger.requests.total + report.returned
    if room < 1:
        return BudgetWait(ledger.capped_until, ledger.capped_until, "paused")
    limits = _limits(budget, ledger, need, now)
    free = min(most - meter.counted(budget, now, need.known_at) + report.returned for meter, most in limits)
    wanted = int(min(room, _wanted(budget, limits[-1], need, report, free, now)))
    units = min(wanted, free, _even_room(budget, ledger, now, wanted))
    least = max(1, ceil(wanted * ENOUGH)) if need.patient else 1
    if units < least:
        wait = _wait(budget, ledger, [(meter, most + report.returned) for meter, most in limits], least, now, chance)
        if wait.until > now:
            return wait
        units = max(1, units)  # more should be free by now: the attempt reads the ledger anew
    lifetime = _lifetime(budget, need, units)
    slot = budget.slot(now + lifetime)
    changes = [
        MeterChange(
            added=units - report.returned,
            at_most=min(cap, most + meter.left(budget, now, need.known_at)) - units + report.returned,
            slots=_added(report.slots, slot, units),
            removed=_removable(meter, budget, now, need.known_at, chance),
        )
        for meter, most in limits
    ]
    take = Take(
        name=name,
        now=now,
        evict_at=evict_at(budget, max(now, ledger.capped_until)),
        requests=changes[0],
        refreshes=changes[1] if need.is_refresh else None,
        even=_even_change(budget, ledger, now, units),
    )
    return Step(Reservation(units, now + lifetime, slot, left=units), take)


def evict_at(budget: OriginBudget, until: float) -> int:
    """Return when a ledger may be deleted that is of use until `until`. It still counts requests long after that."""
    return int(until + 2 * budget.period) + KEPT


def is_outdated(budget: OriginBudget, now: float, known_at: float) -> bool:
    """Return whether the ledger that was read at `known_at` may have been deleted, and a new one begun."""
    return now - known_at > 2 * budget.period + KEPT / 2


@dataclass(frozen=True, slots=True)
class _Report:
    """The report of a process on its last reservation: the units that it returns, and the changes of slots.

    `open`: the units that the ledger has in a slot that is not over.
    """

    returned: int = 0
    slots: Mapping[int, int] = field(default_factory=dict)
    open: int = 0

    @classmethod
    def of(cls, reservation: Reservation | None, now: float, budget: OriginBudget) -> _Report:
        """Return the report, empty if there is none or if it comes so late that the slot may be settled."""
        if reservation is None or reservation.units == 1:
            return cls()
        if now >= reservation.expires + budget.settling_time:
            return cls()
        slots = dict(reservation.uses)
        slots[reservation.slot] = slots.get(reservation.slot, 0) - reservation.units
        open_ = reservation.units if reservation.slot > budget.slot(now) else 0
        return cls(reservation.left, slots, open_)


def _limits(budget: OriginBudget, ledger: Ledger, need: Need, now: float) -> list[tuple[Meter, int]]:
    """Return the meters that hold for this process, each with its most requests in a period.

    Clients leave refreshes their share while there are refreshes.
    """
    if need.is_refresh:
        return [(ledger.requests, budget.requests), (ledger.refreshes, budget.refresh_requests)]
    refreshes = ledger.refreshes.counted(budget, now, need.known_at)
    if refreshes == 0 and ledger.refresh_wanted <= now - budget.period:
        return [(ledger.requests, budget.requests)]
    return [(ledger.requests, max(1, budget.requests - max(0, budget.refresh_requests - refreshes)))]


def _wanted(  # noqa: PLR0917 - what the number depends on
    budget: OriginBudget, limit: tuple[Meter, int], need: Need, report: _Report, free: int, now: float
) -> int:
    """Return how many units the process should reserve, by its own requests and the units that are left for all."""
    if need.gap is None:
        return 1
    meter, most = limit
    by_demand = 0.8 * budget.longest_reservation / max(need.gap, 1e-6)
    rest = most / UNUSED_PART - meter.reserved(budget.slot(now)) + report.open
    rest += max(0.0, free - most / SCARCE_PART) / 2
    return max(1, int(min(by_demand, most // LARGEST_PART, rest / NEW_PART)))


def _lifetime(budget: OriginBudget, need: Need, units: int) -> float:
    """Return for how many seconds the units may be used: twice the expected time."""
    if units == 1:
        return budget.slot_seconds / 2  # the call takes time, too
    expected = 2 * units * (need.gap or 0.0)
    return min(budget.longest_reservation, max(expected, budget.period / SHORTEST_PART))


def _added(slots: Mapping[int, int], slot: int, units: int) -> dict[int, int]:
    changed = dict(slots)
    changed[slot] = changed.get(slot, 0) + units
    return {at: number for at, number in changed.items() if number}


def _removable(meter: Meter, budget: OriginBudget, now: float, known_at: float, chance: float) -> dict[int, int]:
    """Return settled slots to remove, if there are many. Few processes try, because only one of them succeeds."""
    if len(meter.slots) <= (MOST_SLOTS if chance >= REMOVAL_CHANCE else FEW_SLOTS):
        return {}
    settled = meter.settled(budget, now, known_at)
    return {slot: settled[slot] for slot in sorted(settled)[:MOST_REMOVED]}


def _even_room(budget: OriginBudget, ledger: Ledger, now: float, wanted: int) -> int:
    """Return how many units the burst leaves."""
    if budget.burst is None:
        return wanted
    return int(budget.even_burst - max(0.0, ledger.even_until - now) / budget.interval + 1e-6)


def _even_change(budget: OriginBudget, ledger: Ledger, now: float, units: int) -> EvenChange | None:
    """Return the change of the even time. While that is over, it is set, a little later than need be.

    Otherwise each reservation that another process made a moment ago would refuse this one.
    """
    if budget.burst is None:
        return None
    room = (budget.even_burst - units) * budget.interval
    if ledger.even_until > now:
        return EvenChange(at_most=now + room + 1e-6, added=units * budget.interval)
    slack = min(room, budget.burst // EVEN_PART * budget.interval)
    return EvenChange(at_most=now + slack, until=now + slack + units * budget.interval)


def _wait(  # noqa: PLR0917 - the parts of one step
    budget: OriginBudget, ledger: Ledger, limits: list[tuple[Meter, int]], wanted: int, now: float, chance: float
) -> BudgetWait:
    """Return how long to wait for units. A time in the past means that the ledger is too old to tell."""
    even = 0.0 if budget.burst is None else ledger.even_until - (budget.even_burst - 1) * budget.interval
    several = max(even, *(meter.free_at(budget, most, wanted) for meter, most in limits))
    one = max(even, *(meter.free_at(budget, most, 1) for meter, most in limits))
    until = min(several, max(one, now + PATIENT_SLOTS * budget.slot_seconds))
    if until > now:
        until += chance * min(budget.spread, wanted * budget.slot_seconds)
    return BudgetWait(until, max(one, now))
