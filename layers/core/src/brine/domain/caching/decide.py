"""What to do with a request, given what is stored for it (RFC 9111 section 4)."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.caching.freshness import freshness
from brine.domain.caching.partial import PARTIAL, asking_for_rest, holds
from brine.domain.caching.stale import accepted_staleness, needs_validation, revalidation_window
from brine.domain.http.cache_control import NO_DIRECTIVES, request_directives
from brine.domain.http.conditions import CACHE_CONDITIONS, ORIGIN_CONDITIONS, RANGE_FIELDS, conditional, has_validator
from brine.domain.http.field_syntax import MAX_SECONDS
from brine.domain.http.messages import CACHED_METHODS

if TYPE_CHECKING:
    from brine.domain.caching.decision import Decision, ForwardReason
    from brine.domain.caching.freshness import Freshness
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.cache_control import Directives
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy

__all__ = ["CACHED_METHODS", "decide", "is_usable", "refetch", "renewal", "wishes_of"]


def decide(
    stored: StoredResponse | None,
    request: Request,
    policy: Policy,
    now: float,
    *,
    vary_mismatch: bool = False,
    background_refresh: bool = False,
) -> Decision:
    """Pick the way to answer a request. `stored`: what it selects of what is stored, its body at hand or not.

    `vary_mismatch`: something is stored under the key, but for other selecting fields. `background_refresh`: a stale
    response may be served while the refresher, or another request, renews it.
    """
    if not request.is_for_cache:
        reason: ForwardReason = "bypass" if request.method in CACHED_METHODS else "method"
        return Forward(fields=request.fields, reason=reason)
    wishes = wishes_of(request, policy)
    decision = (
        _from_stored(stored, request, wishes, policy, now, background_refresh=background_refresh)
        if stored is not None
        else None
    )
    if isinstance(decision, Serve | ServeStale):
        return decision
    if wishes.permits("only-if-cached"):
        return Refuse(status=504, detail="nothing that may be used is stored")
    if decision is not None:
        return decision
    return _fetch(request, wishes, "vary-miss" if vary_mismatch else "uri-miss")


def refetch(request: Request, policy: Policy) -> Forward:
    """Return what to ask the origin when the body of the stored response is lost."""
    return _fetch(request, wishes_of(request, policy), "uri-miss")


def renewal(stored: StoredResponse, request: Request) -> Validate | Forward:
    """What to ask the origin so as to renew a stored response that is for this request, fresh or not."""
    return _ask_origin(stored, request, "stale")


def wishes_of(request: Request, policy: Policy) -> Directives:
    """The request's cache directives, as far as the route obeys them."""
    return request_directives(request.fields) if policy.request_directives else NO_DIRECTIVES


def _is_for_the_origin(request: Request, wishes: Directives) -> bool:
    """Whether the cache must keep out of it: no-store, and the conditions that only an origin can judge."""
    return wishes.restricts("no-store") or any(name in request.fields for name in ORIGIN_CONDITIONS)


def _fetch(request: Request, wishes: Directives, reason: ForwardReason) -> Forward:
    """Return the request for a new response."""
    if _is_for_the_origin(request, wishes):
        return Forward(fields=request.fields, reason="request")
    return Forward(fields=request.fields.without(CACHE_CONDITIONS), reason=reason)


def _from_stored(
    stored: StoredResponse,
    request: Request,
    wishes: Directives,
    policy: Policy,
    now: float,
    *,
    background_refresh: bool,
) -> Decision | None:
    """The decision that a stored response leads to; None when the cache must keep out of it."""
    if _is_for_the_origin(request, wishes):
        return None
    if not holds(stored, request):
        return _forward_part(stored, request)
    state = freshness(stored, policy, now, request)
    age, remaining = floor(state.age), state.remaining
    if is_usable(state, wishes):
        return Serve(stored=stored, age=age, remaining_freshness=remaining)
    if not wishes.restricts("no-cache") and background_refresh and 0 <= state.overdue < _swr(state, wishes):
        return ServeStale(stored=stored, age=age, remaining_freshness=remaining)
    return _ask_origin(stored, request, "request" if is_usable(state, NO_DIRECTIVES) else "stale")


def is_usable(state: Freshness, wishes: Directives) -> bool:
    """Whether the response may be reused without asking: it is fresh, or the client takes it stale (section 4.2.4)."""
    if needs_validation(state.directives) or wishes.restricts("no-cache"):
        return False
    if not state.is_fresh:
        accepted = accepted_staleness(state.directives, wishes)
        return accepted > 0 and state.overdue <= accepted and _is_young_enough(state, wishes)
    if state.remaining < (wishes.seconds("min-fresh", wrong=MAX_SECONDS) or 0):
        return False
    # A reload (max-age=0) of what never changes is not worth a question while it is fresh (RFC 8246 section 2)
    return state.directives.permits("immutable") or _is_young_enough(state, wishes)


def _is_young_enough(state: Freshness, wishes: Directives) -> bool:
    limit = wishes.seconds("max-age")
    return limit is None or state.age <= limit


def _swr(state: Freshness, wishes: Directives) -> float:
    """The stale-while-revalidate window, for a client that asks for nothing younger."""
    if wishes.restricts("min-fresh") or not _is_young_enough(state, wishes):
        return 0
    return revalidation_window(state.directives)


def _ask_origin(stored: StoredResponse, request: Request, reason: ForwardReason) -> Validate | Forward:
    """Validate where that is possible, else fetch anew. For what is stored whole, the whole is asked for."""
    fields = request.fields if stored.status == PARTIAL else request.fields.without(RANGE_FIELDS)
    if has_validator(stored.fields):
        return Validate(stored=stored, fields=conditional(fields, stored.fields), reason=reason)
    return Forward(fields=fields.without(CACHE_CONDITIONS), reason=reason, stored=stored)


def _forward_part(stored: StoredResponse, request: Request) -> Forward:
    fields = request.fields.without(CACHE_CONDITIONS)
    rest = asking_for_rest(stored, fields) if request.method == "GET" and "range" not in fields else None
    return Forward(fields=fields if rest is None else rest, reason="partial", stored=stored)
