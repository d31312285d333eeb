"""Collapsing: of many requests for one key, one goes to the origin (RFC 9111 section 4).

Three rules. One fetch per key in a process, and one lease per key among all processes. Whoever waits is served from
what was stored meanwhile, if it may be reused for that request, and else fetches for itself and stores nothing. Only
the holder of the newest lease stores.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.caching.decision import Forward, Serve, ServeStale, Validate
from brine.ports.caching import Held, Lease
from brine.service.waiting import LEASE_MARGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.domain.caching.decision import Decision
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.visit import Visit

_COLLAPSED_REASONS = frozenset({"uri-miss", "vary-miss", "stale"})


@dataclass(slots=True)
class Fill:
    """What a fetch may store. `late`: it has no lease yet, and asks for one once there is something to keep."""

    lease: Lease | None = None
    late: bool = False

    def lease_for_keeping(self, visit: Visit) -> Lease | None:
        """The lease to store under; None when nothing may be stored, or somebody else has stored meanwhile."""
        if not self.late:
            return self.lease
        if not visit.may_fill():
            return None
        lease = acquire(visit)
        if not isinstance(lease, Lease):
            return None
        self.lease = lease
        if lease.committed <= visit.found.generation or _is_as_found(visit):
            return lease
        self.give_up(visit)
        return None

    def give_up(self, visit: Visit) -> None:
        """Nothing is to be stored: let the next one in."""
        lease, self.lease = self.lease, None
        if lease is not None:
            visit.cache.leases.release(lease, visit.journal)

    @contextmanager
    def given_up_on_error(self, visit: Visit) -> Iterator[None]:
        """Let the next one in if what is done meanwhile raises, rather than have it wait for the end of the lease."""
        try:
            yield
        except BaseException:  # that of a process that is ending, too
            self.give_up(visit)
            raise


def _is_as_found(visit: Visit) -> bool:
    """Whether nothing has been stored since the visit's look that what it has would replace, but another variant.

    Where nothing usable is stored, nothing is replaced; whether something was that ended meanwhile, the stamps tell.
    """
    now = visit.gateway.clock()
    present = visit.cache.find(visit.resource, visit.request, now, visit.journal, consistent=True)
    if present.main is None:
        return present.mark is None and not visit.journal.has("table")
    return present.generation == visit.found.generation


type Fetch = Callable[[Visit, Validate | Forward, Fill], Answer]


def collapse(visit: Visit, decision: Validate | Forward, fetch: Fetch) -> Answer:
    """Fetch, or be served by somebody else's fetch of the same key."""
    if visit.found.uncollapsed or not _may_follow(visit, decision):
        return fetch(visit, decision, Fill(late=True))
    flights = visit.gateway.flights
    flight = flights.join(visit.key)
    if not flight.leads:
        flight.wait(_patience(visit))
        return _follow(visit, decision, fetch)
    try:
        return _lead(visit, decision, fetch)
    finally:
        flights.land(flight)


def _may_follow(visit: Visit, decision: Validate | Forward) -> bool:
    """Whether somebody else's response may do: not for a part, nor for who asks for more than a fresh response."""
    fields = visit.request.fields
    return (
        visit.request.method == "GET"
        and decision.reason in _COLLAPSED_REASONS
        and "range" not in fields
        and "authorization" not in fields
    )


def _lead(visit: Visit, decision: Validate | Forward, fetch: Fetch) -> Answer:
    """Make the one fetch of this process, unless another process has the lease: then wait for that one."""
    if not visit.may_fill():
        return fetch(visit, decision, Fill())
    turn = acquire(visit)
    if isinstance(turn, Held):
        stale = _stale_meanwhile(visit)
        if stale is not None:
            return stale
        turn = _await_turn(visit)
        if turn is None:
            return _follow(visit, decision, fetch, consistent=True)
    if not isinstance(turn, Lease):
        return fetch(visit, decision, Fill())
    if turn.committed <= visit.found.generation:
        return fetch(visit, decision, Fill(turn))
    # Somebody stored between our look and our lease
    fill = Fill(turn)
    with fill.given_up_on_error(visit):
        again = _look_again(visit, consistent=True)
    if isinstance(again, Validate | Forward):
        return fetch(visit, again, fill)
    fill.give_up(visit)
    return _served(visit, decision, again, fetch)


def _await_turn(visit: Visit) -> Lease | Held | None:
    """The lease, once its holder's time is over; None, once the holder is done; Held, when patience is."""
    gateway = visit.gateway
    return gateway.waiting.await_turn(
        _patience(visit),
        gateway.clock,
        holder=lambda: visit.cache.leases.holder(visit.key, visit.journal),
        acquire=lambda: acquire(visit),
    )


def _follow(visit: Visit, decision: Validate | Forward, fetch: Fetch, *, consistent: bool = False) -> Answer:
    """Be served from what another fetch stored; if that will not do, fetch, and store nothing."""
    return _served(visit, decision, _look_again(visit, consistent=consistent), fetch)


def _served(visit: Visit, first: Validate | Forward, again: Decision, fetch: Fetch) -> Answer:
    if isinstance(again, Serve | ServeStale):
        response = visit.respond_from(again.stored)
        if response is not None:
            status = visit.cache_status(fwd=first.reason, collapsed=True, ttl=again.remaining_freshness)
            return visit.answer(response, status, "collapsed")
        again = visit.forget()
    fill = Fill(late=visit.found.uncollapsed)
    return fetch(visit, again if isinstance(again, Validate | Forward) else first, fill)


def _look_again(visit: Visit, *, consistent: bool) -> Decision:
    visit.now = visit.gateway.clock()
    return visit.look_up(consistent=consistent)


def _stale_meanwhile(visit: Visit) -> Answer | None:
    """A stale answer, where stale-while-revalidate allows one: the holder of the lease revalidates it just now."""
    decision = visit.decide(background_refresh=True)
    if not isinstance(decision, ServeStale) or (response := visit.respond_from(decision.stored)) is None:
        return None
    return visit.answer(response, visit.cache_status(hit=True, ttl=decision.remaining_freshness), "stale")


def acquire(visit: Visit) -> Lease | Held | None:
    """The lease of the visit's key, or who has it; None when the table does not answer."""
    gateway = visit.gateway
    now = gateway.clock()
    seconds = min(visit.route.timeout, visit.deadline.remaining()) + LEASE_MARGIN
    return visit.cache.leases.acquire(
        visit.key, owner=gateway.waiting.owner(), now=now, expires_at=now + seconds, journal=visit.journal
    )


def _patience(visit: Visit) -> float:
    """Seconds to wait for others. As much is left for a fetch of one's own afterwards."""
    return min(visit.route.timeout, visit.deadline.remaining() / 2)
