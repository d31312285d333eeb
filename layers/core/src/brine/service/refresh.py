"""Refreshing what was served stale, apart from the requests that it was served to.

A refresh may be asked for twice, late, or after somebody has made it. So the lease of the key is taken first, which
keeps one refresh in flight, and then what is stored is read anew, consistently. What is not there is not fetched: it
was purged, or its time is over.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from brine.domain.cache_key import cache_key
from brine.domain.decide import decide
from brine.domain.decision import Forward, Validate
from brine.errors import StoreError
from brine.ports import Held
from brine.service.gateway import RESERVE
from brine.service.journal import Journal
from brine.service.response_cache import pk_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.refresh import RefreshRequest
    from brine.domain.route import Route
    from brine.ports import Deadline, LeaseStore
    from brine.service.answer import Answer
    from brine.service.gateway import Gateway
    from brine.service.journal import Fault

type Outcome = Literal["refreshed", "fresh", "held", "gone", "refused", "failed"]
"""refreshed: the origin was asked, and what it said is stored. fresh: somebody was first. held: somebody is at it.
gone: nothing is stored, or its route or origin is no more. refused: what the origin says now may not be stored.
failed: the origin or a store did not do its part, and may do it later."""

_STORES = frozenset({"table", "bodies", "keys"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What became of a refresh. `origin_time`: seconds of waiting for the origin."""

    outcome: Outcome
    route: str | None = None
    origin_time: float | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Refresher:
    """Makes refreshes over a gateway. `new_owner` gives the owner of a lease, another one each time."""

    gateway: Gateway
    leases: LeaseStore
    new_owner: Callable[[], str]

    def refresh(self, request: RefreshRequest, deadline: Deadline) -> Refresh:
        """Bring one stored response up to date. Never raises for what an origin or a store does."""
        route = next((route for route in self.gateway.routes if route.name == request.route), None)
        if route is None or request.key != cache_key(tenant="", route=route, method="GET", target=request.target):
            return Refresh(outcome="gone")
        now = self.gateway.clock()
        until = now + min(route.timeout, deadline.remaining()) + RESERVE
        journal = Journal()
        try:
            lease = self.leases.acquire(pk_of(request.key), owner=self.new_owner(), now=now, expires_at=until)
        except StoreError as error:
            journal.store_failed("table", error)
            return Refresh(outcome="failed", route=route.name, faults=tuple(journal.faults))
        if isinstance(lease, Held):
            return Refresh(outcome="held", route=route.name)
        try:
            return self._refresh(route, request, deadline, journal)
        finally:
            with suppress(StoreError):  # it runs out by itself
                self.leases.release(lease)

    def _refresh(self, route: Route, request: RefreshRequest, deadline: Deadline, journal: Journal) -> Refresh:
        gateway, asked, now = self.gateway, request.request, self.gateway.clock()
        found = gateway.cache.find(request.key, asked, now, journal, consistent=True)
        if found.stored is None:
            is_unknown = any(fault.kind in _STORES for fault in journal.faults)
            return Refresh(outcome="failed" if is_unknown else "gone", route=route.name, faults=tuple(journal.faults))
        decision = decide(found.stored, asked, replace(route.policy, background_refresh=False), now)
        if not isinstance(decision, Validate | Forward):
            return Refresh(outcome="fresh", route=route.name)
        answer = gateway.refresh(route, asked, found, decision, deadline)
        return Refresh(outcome=_outcome(answer), route=route.name, origin_time=answer.origin_time, faults=answer.faults)


def _outcome(answer: Answer) -> Outcome:
    if answer.stored:
        return "refreshed"
    status = answer.response.status
    has_failed = answer.faults or answer.result in {"stale", "problem"} or status >= 500 or status == 429
    return "failed" if has_failed else "refused"
