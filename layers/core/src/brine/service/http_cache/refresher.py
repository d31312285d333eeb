"""Refreshes of stored responses that were served stale, or soon would be, apart from any client's request.

A refresh request may come twice, late, or after the response was renewed. So the refresher first reads the stored
response consistently. If that is missing, it was purged or has expired, and the refresher does not fetch it. Then it
takes the lease of the response's slot, which keeps one refresh of each variant in flight.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.caching.decide import decide, refresh_decision
from brine.domain.caching.decision import Forward, Validate
from brine.domain.caching.freshness import freshness_on_arrival
from brine.domain.routing.tenant import NO_TENANT
from brine.ports.caching import Lease
from brine.service.flights.turns import Lead
from brine.service.transaction import Trace, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request
    from brine.domain.refreshing.request import RefreshRequest
    from brine.domain.routing.policy import Policy
    from brine.domain.routing.route import Routes
    from brine.ports.deadline import Deadline
    from brine.service.diagnostics import Fault
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.fetcher import Fetcher
    from brine.service.http_cache.lookup import Lookup

type RefreshOutcome = Literal["refreshed", "fresh", "held", "gone", "refused", "failed"]
"""The outcome of a refresh.

- `refreshed`: the origin answered, and its response is stored. `fresh`: the response had been renewed already.
- `held`: another fetch for the slot is under way. `gone`: nothing is stored, or its route or origin is gone.
- `refused`: the origin's response may not be stored. `failed`: the origin or a store failed; a retry may help.
"""

_STORES: Final = frozenset({"table", "bodies", "keys", "stamps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """The outcome of a refresh. `origin_time`: seconds of waiting for the origin, its `retries` included.

    `cause`: why the origin gave no response, for the log.
    """

    outcome: RefreshOutcome
    route: str | None = None
    origin_time: float | None = None
    retries: int = 0
    faults: tuple[Fault, ...] = ()
    cause: str | None = None
    error: BaseException | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Refresher:
    """Makes refreshes for the gateways with these routes and this cache. `clock` gives seconds since 1970."""

    routes: Routes
    fetcher: Fetcher
    clock: Callable[[], float]

    def refresh(self, request: RefreshRequest, deadline: Deadline) -> Refresh:
        """Renew one stored response. Never raises for what an origin or a store does."""
        route = self.routes.named(request.route)
        if route is None or (route.tenant is None) != (request.tenant == NO_TENANT):
            return Refresh(outcome="gone")
        transaction = Transaction.begin(route, request.request, request.tenant, deadline, is_refresh=True)
        if transaction.resource.key != request.key:
            return Refresh(outcome="gone")
        trace = Trace(self.clock(), transaction.store_deadline)
        outcome = self._refresh(request.renews, transaction, trace)
        return Refresh(
            outcome=outcome,
            route=route.name,
            origin_time=trace.origin_time,
            retries=trace.retries,
            faults=tuple(trace.faults),
            cause=trace.cause,
            error=trace.error,
        )

    def _refresh(self, renews: int | None, transaction: Transaction, trace: Trace) -> RefreshOutcome:
        """Ask the origin if the stored response still needs it, under the lease of its slot."""
        lookup, decision = self._look_up(renews, transaction, trace)
        if not isinstance(decision, Validate | Forward):
            return decision
        flight = self.fetcher.single_flight
        key = self.fetcher.responses.lease_key(lookup.slot_to_fill, transaction)
        lease = flight.acquire(key, trace)
        if not isinstance(lease, Lease):
            return "failed" if lease is None else "held"
        lead = Lead(lease)
        with flight.held(lead, transaction.lease_seconds, trace):
            if lease.committed > lookup.generation:  # by another fetch, after the lookup
                lookup, decision = self._look_up(renews, transaction, trace)
                if not isinstance(decision, Validate | Forward):
                    return decision
            return _outcome(self.fetcher.fetch(decision, lookup, lead, transaction, trace))

    def _look_up(
        self, renews: int | None, transaction: Transaction, trace: Trace
    ) -> tuple[Lookup, Validate | Forward | RefreshOutcome]:
        """Return the lookup, and the request to the origin or the outcome without one."""
        lookup = self.fetcher.responses.find(transaction, trace, consistent=True)
        return lookup, self._decide(lookup, renews, transaction, trace)

    def _decide(
        self, lookup: Lookup, renews: int | None, transaction: Transaction, trace: Trace
    ) -> Validate | Forward | RefreshOutcome:
        """Return the request to the origin, or the outcome without one."""
        stored = lookup.stored
        if stored is None:
            return "failed" if any(fault.kind in _STORES for fault in trace.faults) else "gone"
        due = due_refresh(stored, transaction.request, transaction.route.policy, renews=renews, now=trace.now)
        return due or "fresh"


def due_refresh(
    stored: StoredResponse, request: Request, policy: Policy, *, renews: int | None, now: float
) -> Validate | Forward | None:
    """Return the request to the origin for a stored response; None if it was renewed and needs no refresh.

    renews: the generation that the refresh request names, if it names one.
    """
    if stored.generation == renews:
        return refresh_decision(stored, request)
    if renews is not None and not freshness_on_arrival(stored, policy, request).is_fresh:
        return None  # renewed meanwhile, and as fresh as the origin lets it be
    decision = decide(stored, request, policy, now)
    return decision if isinstance(decision, Validate | Forward) else None


def _outcome(answer: Answer) -> RefreshOutcome:
    if answer.stored:
        return "refreshed"
    status = answer.response.status
    has_failed = answer.faults or answer.result in {"stale", "problem"} or status >= 500 or status == 429
    return "failed" if has_failed else "refused"
