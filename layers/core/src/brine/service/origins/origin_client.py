"""Requests to an origin: within its budget, not while its circuit is open, and again where that may help.

docs/decisions/0063, 0064 and 0117 have the reasons.

A kept connection that turns out to be closed is the HTTP client's affair: it opens another one, which is no retry.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from brine.domain.http.messages import Response
from brine.domain.resilience.circuit import origin_health, sample_of
from brine.domain.resilience.retries import is_retryable, is_transient, retry_delay
from brine.errors import BadRequest, OriginBudgetSpent, OriginError, OriginMalformed, OriginPaused
from brine.service.origins.circuits import circuit_open
from brine.service.origins.retry_budget import RetryBudget

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Request
    from brine.domain.resilience.circuit import Health
    from brine.domain.resilience.retries import AttemptOutcome
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Origin
    from brine.service.origins.budgets import Budgets
    from brine.service.origins.circuits import Circuits
    from brine.service.origins.origin_state import OriginState
    from brine.service.transaction import Trace, Transaction

LEAST_TIME: Final = 0.5
"""Seconds that a retry must have after the pause before it. With less it would only turn a response into a timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginClient:
    """Sends requests to origins, within a budget of retries. Without `circuits`, failures never stop it.

    `budgets` returns the budgets of origins; it is called for requests of routes that have one. `clock` gives seconds
    since 1970, `random` numbers of [0, 1).
    """

    origin: Origin
    clock: Callable[[], float]
    circuits: Circuits | None = None
    budgets: Callable[[], Budgets] | None = None
    budget: RetryBudget = field(default_factory=RetryBudget)
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random

    def fetch(self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace) -> Response:
        """Return the origin's response to `request`, of the last attempt. Raises BadRequest and OriginError."""
        address = transaction.route.origin
        self.budget.request(address)
        outcome, health = self._attempt(transaction, request, deadline, trace)
        while trace.retries < transaction.route.retries and is_retryable(request) and is_transient(outcome):
            pause = retry_delay(trace.retries, outcome, self.clock(), self.random())
            if pause is None or pause + LEAST_TIME > deadline.remaining() or not self.budget.retry(address):
                break
            self.sleep(pause)
            try:
                outcome, health = self._attempt(transaction, request, deadline, trace)
            except OriginPaused:
                break
            trace.retries += 1
        breaker = transaction.route.circuit_breaker
        if health != "unknown" and self.circuits is not None and breaker is not None:
            sample = sample_of(outcome, health, transaction.request.path, self.clock())
            self.circuits.completed(transaction, trace, sample, breaker)  # once, however often it was sent
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:
        """Return the state of the origin for a request at `now`. At most two reads. Arguments as in Upstreams."""
        from brine.service.origins.origin_state import OriginState  # noqa: PLC0415 - only an explanation needs it

        circuits, breaker, budget = self.circuits, transaction.route.circuit_breaker, transaction.route.origin_budget
        state = OriginState(has_budget=budget is not None and self.budgets is not None)
        if circuits is not None and breaker is not None:
            phase, until = circuits.phase(transaction, trace, now, by_store=by_store)
            state = replace(state, circuit=phase, open_until=until)
            if phase == "open":
                return replace(state, refusal=circuit_open(transaction, until, now))
        if budget is None or self.budgets is None:
            return state
        return replace(state, refusal=self.budgets().refusal(transaction, budget, trace, by_store=by_store))

    def _attempt(
        self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace
    ) -> tuple[AttemptOutcome, Health]:
        """Return the outcome of one attempt, and the health that it shows. Raises BadRequest and OriginPaused."""
        circuits, breaker = self.circuits, transaction.route.circuit_breaker
        if circuits is None or breaker is None:
            return self._within_budget(transaction, request, deadline, trace), "unknown"
        seconds = deadline.remaining()
        probe = circuits.permit_attempt(transaction, trace, self.clock(), seconds)
        try:
            if transaction.route.origin_budget is None:
                outcome = self._outcome(transaction, request, deadline)
            else:
                outcome = self._within_budget(transaction, request, deadline, trace)
        except (BadRequest, OriginPaused) as error:
            pause = 0.0 if transaction.is_refresh or isinstance(error, BadRequest) else error.retry_after
            circuits.withdrawn(transaction, trace, probe, self.clock(), pause)
            raise
        health = origin_health(outcome, seconds, transaction.route.timeout)
        match health:
            case "well":
                circuits.succeeded(transaction, trace, probe, self.clock())
            case "down":
                circuits.failed(transaction, trace, probe, breaker, self.clock())
            case "unknown":
                circuits.withdrawn(transaction, trace, probe, self.clock())
        return outcome, health

    def _within_budget(
        self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace
    ) -> AttemptOutcome:
        """Return the outcome of one attempt that the route's budget permits. Raises OriginBudgetSpent without one."""
        budget = transaction.route.origin_budget
        if budget is None or self.budgets is None:
            return self._outcome(transaction, request, deadline)
        budgets = self.budgets()
        budgets.permit(transaction, budget, trace)
        outcome = self._outcome(transaction, request, deadline)
        if not isinstance(outcome, Response):
            return outcome
        pause = budgets.heed(transaction, budget, trace, outcome)
        if outcome.status == 429 and pause is not None:
            message = f"{transaction.route.origin} answered 429"
            return OriginBudgetSpent(message, pause, by_origin=True, is_sent=True)
        return outcome

    def _outcome(self, transaction: Transaction, request: Request, deadline: Deadline) -> AttemptOutcome:
        try:
            response = self.origin.fetch(transaction.route.origin, request, deadline)
        except OriginError as error:
            return error
        try:
            return replace(response, fields=response.fields.sanitised())
        except ValueError as error:
            return OriginMalformed(str(error), "a field that HTTP forbids")
