"""The units of one process for one budget: it reserves several with one call, and uses them from memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from brine.domain.resilience.budget_ledger import Ledger
from brine.domain.resilience.budget_plan import PATIENCE_PART, BudgetWait, Need, is_outdated, next_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.resilience.budget import OriginBudget
    from brine.domain.resilience.budget_ledger import Take
    from brine.domain.resilience.budget_plan import Reservation

    type Attempt = Callable[[Take], tuple[bool, Ledger]]

ATTEMPTS: Final = 2
"""Calls for one unit. The first one may fail because the known ledger is old, and its answer has the new one."""
MOST_REFUSALS: Final = 5
"""After so many refusals in a row, waits get no longer."""
NEWEST: Final = 0.1
"""The weight of the newest gap between requests in their average."""


@dataclass(slots=True)
class Allowance:
    """The state of a process for one budget. `lock` protects it, and is held during calls: other threads wait for them.

    `ledger` was read at `known_at`. No call is made before `wait` is over, while it is not None.
    """

    budget: OriginBudget
    is_refresh: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    known_at: float = 0.0
    reservation: Reservation | None = None
    wait: BudgetWait | None = None
    asked_at: float | None = None
    gap: float | None = None
    began: float | None = None
    refusals: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def copied(self) -> Allowance:
        """Return an independent copy. Its changes do not reach this allowance."""
        held = self.reservation
        return replace(
            self, lock=threading.Lock(), reservation=None if held is None else replace(held, uses=dict(held.uses))
        )

    def use(self, now: float) -> bool:
        """Use a unit that the process has, and return whether it had one."""
        held = self.reservation
        if held is None or held.left == 0 or now >= held.expires:
            return False
        self._count(held, now)
        return True

    def permit(
        self, attempt: Attempt, clock: Callable[[], float], chance: Callable[[], float], name: Callable[[], str]
    ) -> BudgetWait | None:
        """Use a unit, after a reservation if need be. Return None, or how long there is none. Raises StoreError."""
        now = clock()
        self._measure(now)
        if self.wait is not None and now < self.wait.until:
            return self.wait
        if self.use(now):
            return None
        if self.began is None:
            self.began = now
        if is_outdated(self.budget, now, self.known_at):
            self.ledger, self.known_at = Ledger(), 0.0
        for _ in range(ATTEMPTS):
            step = next_step(self.budget, self.ledger, self._need(now), now=now, chance=chance(), name=name())
            if isinstance(step, BudgetWait):
                self.wait = step
                return step
            accepted, self.ledger = attempt(step.take)
            self.known_at = now
            if accepted:
                self.reservation, self.wait, self.began, self.refusals = step.reservation, None, None, 0
                self._count(self.reservation, clock())
                return None
        self.refusals = min(self.refusals + 1, MOST_REFUSALS)
        until = now + chance() * self.budget.spread * self.refusals
        self.wait = BudgetWait(until, until)
        return self.wait

    def pause(self, until: float) -> None:
        """Use no unit before `until`, as the origin asked for."""
        self.ledger = replace(self.ledger, paused_until=max(until, self.ledger.paused_until))
        self.wait = BudgetWait(until, until, "paused")

    def _count(self, held: Reservation, now: float) -> None:
        held.left -= 1
        slot = self.budget.slot(now)
        held.uses[slot] = held.uses.get(slot, 0) + 1

    def _measure(self, now: float) -> None:
        if self.asked_at is not None:
            gap = abs(now - self.asked_at)
            self.gap = gap if self.gap is None else (1 - NEWEST) * self.gap + NEWEST * gap
        self.asked_at = now

    def _need(self, now: float) -> Need:
        began = now if self.began is None else self.began
        return Need(
            is_refresh=self.is_refresh,
            gap=self.gap,
            reported=self.reservation,
            known_at=self.known_at,
            patient=now - began < self.budget.period / PATIENCE_PART,
        )
