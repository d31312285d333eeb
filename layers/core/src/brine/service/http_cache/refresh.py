"""Refreshing what was served stale, or is about to be, apart from the requests that it was served to.

A refresh may be asked for twice, late, or after somebody has made it. So the lease of the key is taken first, which
keeps one refresh in flight, and then what is stored is read anew, consistently. What is not there is not fetched: it
was purged, or its time is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from brine.domain.caching.decide import refresh_decision
from brine.domain.caching.decision import Forward, Serve, Validate
from brine.domain.routing.tenant import NO_TENANT
from brine.ports.caching import Lease
from brine.service.http_cache.carry_out import fetch
from brine.service.http_cache.collapse import Fill, acquire
from brine.service.http_cache.visit import Visit

if TYPE_CHECKING:
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.deadline import Deadline
    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Answer
    from brine.service.journal import Fault

type Outcome = Literal["refreshed", "fresh", "held", "gone", "refused", "failed"]
"""refreshed: the origin was asked, and what it said is stored. fresh: somebody was first. held: somebody is at it.
gone: nothing is stored, or its route or origin is no more. refused: what the origin said may not be stored, or not any
more. failed: the origin or a store did not do its part, and may do it later."""

_STORES = frozenset({"table", "bodies", "keys", "stamps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What became of a refresh. `origin_time`: seconds of waiting for the origin, its `retries` included."""

    outcome: Outcome
    route: str | None = None
    origin_time: float | None = None
    retries: int = 0
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Refresher:
    """Makes refreshes over a gateway: its routes, cache, origins and clock."""

    gateway: Gateway

    def refresh(self, request: RefreshRequest, deadline: Deadline) -> Refresh:
        """Bring one stored response up to date. Never raises for what an origin or a store does."""
        route = next((route for route in self.gateway.routes if route.name == request.route), None)
        if route is None or (route.tenant is None) != (request.tenant == NO_TENANT):
            return Refresh(outcome="gone")
        visit = Visit(self.gateway, route, request.request, deadline, request.tenant)
        if visit.key != request.key:
            return Refresh(outcome="gone")
        lease = acquire(visit)
        if not isinstance(lease, Lease):
            return _refresh(visit, "failed" if lease is None else "held")
        fill = Fill(lease)
        with fill.given_up_on_error(visit):
            decision = self._decide(visit, request)
        if isinstance(decision, Validate | Forward):
            return _refresh(visit, _outcome(fetch(visit, decision, fill)))
        fill.give_up(visit)
        return _refresh(visit, decision)

    def _decide(self, visit: Visit, request: RefreshRequest) -> Validate | Forward | Outcome:
        """What to ask the origin, or why it need not be asked."""
        visit.found = visit.cache.find(visit.resource, visit.request, visit.now, visit.journal, consistent=True)
        stored = visit.found.stored
        if stored is None:
            is_unknown = any(fault.kind in _STORES for fault in visit.journal.faults)
            return "failed" if is_unknown else "gone"
        decision = visit.decide(background_refresh=False)
        if isinstance(decision, Serve) and stored.generation == request.renews:
            return refresh_decision(stored, visit.request)
        return decision if isinstance(decision, Validate | Forward) else "fresh"


def _refresh(visit: Visit, outcome: Outcome) -> Refresh:
    return Refresh(
        outcome=outcome,
        route=visit.route.name,
        origin_time=visit.origin_time,
        retries=visit.retries,
        faults=tuple(visit.journal.faults),
    )


def _outcome(answer: Answer) -> Outcome:
    if answer.stored:
        return "refreshed"
    status = answer.response.status
    has_failed = answer.faults or answer.result in {"stale", "problem"} or status >= 500 or status == 429
    return "failed" if has_failed else "refused"
