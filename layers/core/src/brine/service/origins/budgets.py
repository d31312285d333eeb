"""The budgets of origins: units for requests, and the limits that origins announce.

A process that cannot reach the shared state goes on by its own count, with a tenth of the budget, and tries the state
again after two seconds (docs/decisions/0117).
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from brine.domain.resilience.budget_ledger import Ledger, applied
from brine.domain.resilience.budget_plan import evict_at
from brine.domain.resilience.rate_limit import rate_limit
from brine.errors import OriginBudgetSpent, StoreError
from brine.service.origins.allowance import Allowance

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Response
    from brine.domain.resilience.budget import OriginBudget
    from brine.domain.resilience.budget_ledger import Take
    from brine.domain.resilience.budget_plan import BudgetWait
    from brine.domain.resilience.rate_limit import RateLimit
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.origins import BudgetStore
    from brine.service.transaction import Trace, Transaction

STORE_PAUSE: Final = 2.0
"""Seconds for which a process goes on by its own count after the shared state could not be reached."""
SLACK_PART: Final = 20
"""A limit of the origin is written if it differs from what is known by more than this part of the budget: 1 of 20."""
REMEMBERED: Final = 2_000
"""The most budgets that a process remembers. Each tenant may have its own."""


@dataclass(slots=True)
class _Budget:
    """A budget as one process knows it: the shared one and its own, which it uses while the store fails."""

    shared: Allowance
    own: Allowance
    own_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Budgets:
    """Gives units for requests to origins with a budget. Threads may share it.

    `clock` gives seconds since 1970, `chance` numbers of [0, 1), and `name` a name for each reservation. `known` has at
    most `remembered` budgets by key, and apart for refreshes.
    """

    def __init__(
        self,
        store: BudgetStore,
        clock: Callable[[], float],
        *,
        chance: Callable[[], float] = random.random,
        name: Callable[[], str] = lambda: uuid4().hex,
        remembered: int = REMEMBERED,
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._name = name
        self._remembered = remembered
        self.known: dict[tuple[str, bool], _Budget] = {}
        self._lock = threading.Lock()

    def permit(self, transaction: Transaction, budget: OriginBudget, trace: Trace) -> None:
        """Use a unit for one request. Raises OriginBudgetSpent if there is none."""
        key = _key(transaction, budget)
        known = self._known(key, budget, is_refresh=transaction.is_refresh)
        with known.lock:
            wait = self._shared(known, key, transaction, trace)
        if wait is not None:
            raise _spent(transaction, wait, self._clock())

    def refusal(
        self, transaction: Transaction, budget: OriginBudget, trace: Trace, *, by_store: bool
    ) -> OriginBudgetSpent | None:
        """Return the error that `permit` would raise now, or None. It uses no unit; at most one read.

        by_store: go by the shared state, as a process does that has no units of its own.
        """
        key, now = _key(transaction, budget), self._clock()
        known = None if by_store else self.known.get((key, transaction.is_refresh))
        allowance, ledger = Allowance(budget, transaction.is_refresh), None
        if known is not None:
            with known.lock:
                is_cut_off = 0 <= known.own_until - now <= STORE_PAUSE
                allowance = (known.own if is_cut_off else known.shared).copied()
                ledger = known.own.ledger if is_cut_off else None
        try:
            ledger = ledger or self._store.ledger(key, deadline=transaction.store_deadline) or Ledger()
        except StoreError as error:
            trace.faults.store_failed("budgets", error)
            return None
        shared = ledger

        def attempt(take: Take) -> tuple[bool, Ledger]:
            after = applied(shared, take)
            return after is not None, after or shared

        wait = allowance.permit(attempt, lambda: now, lambda: 0.0, lambda: "explained")
        return None if wait is None else _spent(transaction, wait, now)

    def heed(self, transaction: Transaction, budget: OriginBudget, trace: Trace, response: Response) -> float | None:
        """Learn the limit that a response tells. Return the seconds of the pause that it asks for, or None."""
        now = self._clock()
        limit = rate_limit(response, budget, now)
        if limit is None:
            return None
        key = _key(transaction, budget)
        known = self._known(key, budget, is_refresh=transaction.is_refresh)
        with known.lock:
            try:
                self._learn(known.shared, key, limit, transaction, now)
            except StoreError as error:
                trace.faults.store_failed("budgets", error)
            if limit.remaining == 0:
                known.own.pause(limit.until)
        return limit.until - now if limit.remaining == 0 else None

    def _known(self, key: str, budget: OriginBudget, *, is_refresh: bool) -> _Budget:
        name = (key, is_refresh)
        with self._lock:
            known = self.known.pop(name, None)
            if known is None:
                known = _Budget(Allowance(budget, is_refresh), Allowance(budget.local(), is_refresh))
                if len(self.known) >= self._remembered:
                    del self.known[next(iter(self.known))]  # the one that was used the longest time ago
            self.known[name] = known
            return known

    def _shared(self, known: _Budget, key: str, transaction: Transaction, trace: Trace) -> BudgetWait | None:
        """Use a unit of the shared budget; of the process's own one while the store fails."""
        allowance, now = known.shared, self._clock()
        if not 0 <= known.own_until - now <= STORE_PAUSE:
            try:
                wait = allowance.permit(
                    lambda take: self._store.take(key, take, deadline=transaction.store_deadline),
                    self._clock,
                    self._chance,
                    self._name,
                )
                self._want_refresh(allowance, wait, key, transaction)
            except StoreError as error:
                trace.faults.store_failed("budgets", error)
                known.own_until = self._clock() + STORE_PAUSE
            else:
                return wait
        return known.own.permit(lambda take: _applied(known.own, take), self._clock, self._chance, self._name)

    def _want_refresh(self, allowance: Allowance, wait: BudgetWait | None, key: str, transaction: Transaction) -> None:
        """Let clients leave refreshes their share, if no unit is left for a refresh."""
        now, budget = self._clock(), allowance.budget
        if wait is None or wait.reason != "spent" or not allowance.is_refresh:
            return
        if allowance.ledger.refresh_wanted > now - budget.period / 10:
            return
        allowance.ledger = replace(allowance.ledger, refresh_wanted=now)
        self._store.raise_time(
            key, "refresh_wanted", now, evict_at=evict_at(budget, now), deadline=transaction.store_deadline
        )

    def _learn(self, allowance: Allowance, key: str, limit: RateLimit, transaction: Transaction, now: float) -> None:
        """Write a limit of the origin that says more than the ledger. Raises StoreError."""
        ledger, budget, deadline = allowance.ledger, allowance.budget, transaction.store_deadline
        slack, kept_until = budget.requests / SLACK_PART, evict_at(budget, max(now, limit.until))
        if limit.remaining == 0:
            is_known = ledger.paused_until >= limit.until - budget.slot_seconds
            allowance.pause(limit.until)
            if not is_known:
                self._store.raise_time(key, "paused_until", limit.until, evict_at=kept_until, deadline=deadline)
            return
        unused = 0 if allowance.reservation is None else allowance.reservation.left
        total = ledger.requests.total - unused + limit.remaining
        if now < ledger.capped_until:
            is_known = abs(total - ledger.cap) <= slack and limit.until <= ledger.capped_until + budget.slot_seconds
        else:
            free = budget.requests - ledger.requests.counted(budget, now, allowance.known_at)
            is_known = limit.remaining >= free - slack
        if not is_known:
            allowance.ledger = replace(ledger, cap=total, capped_until=limit.until)
            self._store.cap(key, total=total, until=limit.until, evict_at=kept_until, deadline=deadline)


def _applied(allowance: Allowance, take: Take) -> tuple[bool, Ledger]:
    after = applied(allowance.ledger, take)
    return after is not None, after or allowance.ledger


def _spent(transaction: Transaction, wait: BudgetWait, now: float) -> OriginBudgetSpent:
    """Return the error of a request that has to wait for a unit."""
    text = f"the budget of {transaction.route.origin} is spent"
    return OriginBudgetSpent(text, max(0.0, wait.retry_at - now), by_origin=wait.reason == "paused")


def _key(transaction: Transaction, budget: OriginBudget) -> str:
    """Return the key of the budget for a transaction."""
    return budget_key(transaction.route.origin, budget, transaction.resource.tenant)


def budget_key(origin: OriginAddress, budget: OriginBudget, tenant: str) -> str:
    """Return the key of a budget in the store. A route with other figures begins a new count."""
    figures = f"{budget.requests}/{budget.period!r}/{budget.burst}"
    return "\n".join([str(origin), budget.name, figures, tenant if budget.per_tenant else ""])
