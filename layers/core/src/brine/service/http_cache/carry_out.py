"""Carrying out a decision: answer from the store, or fetch, bring the store up to date, and answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.caching.freshness import remaining_freshness
from brine.domain.caching.hit_for_miss import hit_for_miss_marker
from brine.domain.caching.receive import receive, receive_error
from brine.domain.caching.respond import relay
from brine.domain.caching.storing import evict_at
from brine.domain.purging.stamps import MARGIN, key_stamp
from brine.domain.routing.target import normalised_target
from brine.domain.routing.upstream import forwarded_request
from brine.errors import BadRequest, OriginCircuitOpen, OriginError
from brine.service import problems
from brine.service.http_cache.collapse import Fill, collapse
from brine.service.http_cache.found import Found
from brine.service.journal import Fault
from brine.service.origins.ask import ask

if TYPE_CHECKING:
    from brine.domain.caching.decision import Decision, ForwardReason, ResponseDecision
    from brine.domain.http.messages import Response
    from brine.service.http_cache.answer import Answer, Result
    from brine.service.http_cache.visit import Visit

RESERVE = 1.5
"""Seconds of the deadline that the origin may not use: storing and answering need them."""


def carry_out(visit: Visit, decision: Decision) -> Answer:
    """The answer that a decision leads to."""
    match decision:
        case ServeStale() if not visit.hand_over(decision.stored):
            return carry_out(visit, visit.decide(background_refresh=False))
        case Serve() | ServeStale():
            response = visit.respond_from(decision.stored)
            if response is None:
                return carry_out(visit, visit.forget())
            if isinstance(decision, Serve):
                visit.hand_over_early(decision.stored)
            status = visit.cache_status(hit=True, ttl=decision.remaining_freshness)
            return visit.answer(response, status, "hit" if isinstance(decision, Serve) else "stale")
        case Validate() | Forward():
            if not visit.request.may_use_cache:
                visit.found = Found(stamps=visit.cache.stamps.known.get([key_stamp(visit.key)], visit.now))
                return fetch(visit, decision, Fill(late=True))
            return collapse(visit, decision, fetch)
        case Refuse():
            answer = visit.problem(problems.NOT_STORED, decision.detail, visit.cache_status(detail="only-if-cached"))
            return replace(answer, result="refused")
        case _:
            assert_never(decision)


def fetch(visit: Visit, decision: Validate | Forward, fill: Fill) -> Answer:
    """Ask the origin, and answer with what comes of it. The lease, if there is one, is given back on every way out."""
    with fill.given_up_on_error(visit):
        return _fetch(visit, decision, fill)


def _fetch(visit: Visit, decision: Validate | Forward, fill: Fill) -> Answer:
    gateway, route = visit.gateway, visit.route
    patience = visit.deadline.within(route.timeout, reserve=RESERVE)
    began = gateway.clock()
    try:
        response = ask(
            visit, forwarded_request(replace(visit.request, fields=decision.fields), route, gateway.name), patience
        )
    except BadRequest as error:
        fill.give_up(visit)
        kind = problems.REQUEST_INVALID
        return visit.problem(kind, str(error), visit.cache_status(detail=kind.name))
    except OriginError as error:
        visit.now = gateway.clock()  # what may stand in has grown older by the wait
        if not isinstance(error, OriginCircuitOpen):
            visit.waited(visit.now - began)
        fill.give_up(visit)
        return _origin_failed(visit, decision, error)
    visit.now = gateway.clock()
    visit.waited(visit.now - began)
    reception = receive(
        decision,
        visit.request,
        response,
        route.policy,
        target=visit.request.target,
        route=route.name,
        request_time=began,
        response_time=visit.now,
        origin=route.origin,
    )
    if reception.retry is not None:
        return _fetch(visit, reception.retry, fill)  # never conditional and never for a part: it cannot come back here
    reused = None if reception.reuse is None else visit.respond_from(reception.reuse)
    if reused is None and reception.reuse is not None and not reception.stale:
        return _refetch(visit, fill)
    kept = _apply(visit, response, reception, fill, began)
    status = visit.cache_status(fwd=decision.reason, fwd_status=response.status, stored=kept, detail=reception.refusal)
    if reused is not None and reception.reuse is not None:
        status = replace(status, ttl=remaining_freshness(reception.reuse, route.policy, visit.now, visit.request))
        return visit.answer(reused, status, "stale" if reception.stale else "validated")
    redirected = None
    if kept and reception.keep is not None:
        if visit.is_redirected(reception.keep):
            redirected = visit.redirect_to(reception.keep)
        status = replace(status, ttl=remaining_freshness(reception.keep, route.policy, visit.now, visit.request))
    result: Result = "miss" if visit.request.may_use_cache else "pass"
    return visit.answer(redirected or relay(response, visit.request, visit.now), status, result)


def _refetch(visit: Visit, fill: Fill) -> Answer:
    """The origin confirmed a stored response whose body is lost: ask for the whole."""
    decision = visit.forget()
    if isinstance(decision, Forward):
        return _fetch(visit, decision, fill)
    fill.give_up(visit)
    return carry_out(visit, decision)


def _apply(visit: Visit, response: Response, reception: ResponseDecision, fill: Fill, began: float) -> bool:
    """Bring the store to where the origin's response puts it. Whether the response is now stored."""
    cache = visit.cache
    _invalidate(visit, reception, began)
    if reception.drop:
        # Who asked the origin later has seen no less: what they store stays
        at = max(began, 0.0 if visit.found.stored is None else visit.found.stored.fetch_started)
        cache.invalidate(visit.key, at=at, now=visit.now, journal=visit.journal)
        visit.found = visit.found.without_stored()
    if (stored := reception.keep) is not None:
        lease = fill.lease_for_keeping(visit)
        until = evict_at(stored, visit.route.policy)
        return lease is not None and cache.keep(
            visit.resource,
            stored,
            visit.found,
            visit.request,
            lease,
            evict_at=until,
            now=visit.now,
            journal=visit.journal,
        )
    mark = hit_for_miss_marker(visit.request, response, reception, visit.now)
    if mark is not None and fill.lease is not None and visit.found.main is None:
        cache.mark(visit.key, mark, fill.lease, now=visit.now, journal=visit.journal)
    else:
        fill.give_up(visit)
    return False


def _invalidate(visit: Visit, reception: ResponseDecision, began: float) -> None:
    """End what an unsafe request made invalid; what the origin answered to it is as new as can be."""
    at = visit.now + MARGIN
    for target in dict.fromkeys(normalised_target(visit.route, target) for target in reception.invalidate):
        key = visit.key_of(target)
        before = visit.cache.invalidate(key, at=at, now=visit.now, journal=visit.journal)
        if key == visit.key and before is not None:
            visit.found = visit.found.outliving(key_stamp(key), before, at, began)


def _origin_failed(visit: Visit, decision: Validate | Forward, error: OriginError) -> Answer:
    kind = problems.origin_problem(error)
    reason: ForwardReason | None = decision.reason
    retry_after = None
    if isinstance(error, OriginCircuitOpen):
        visit.journal.note(Fault("origin-circuit", "open"))
        reason, retry_after = None, error.retry_after  # nothing was forwarded
    stale = receive_error(decision, visit.request, visit.route.policy, visit.now)
    if stale is not None and (response := visit.respond_from(stale)) is not None:
        ttl = remaining_freshness(stale, visit.route.policy, visit.now, visit.request)
        status = visit.cache_status(hit=reason is None, fwd=reason, ttl=ttl, detail=kind.name)
        return visit.answer(response, status, "stale")
    return visit.problem(kind, None, visit.cache_status(fwd=reason, detail=kind.name), retry_after=retry_after)
