"""The decision how to answer a request, given the stored response (RFC 9111 section 4)."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Literal

from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.caching.freshness import freshness, freshness_on_arrival
from brine.domain.caching.partial import PARTIAL, has_requested_bytes, missing_range_fields
from brine.domain.caching.stale import accepted_staleness, needs_validation, revalidation_window
from brine.domain.http.cache_control import NO_DIRECTIVES, parse_request_directives
from brine.domain.http.conditions import (
    CACHE_CONDITIONS,
    ORIGIN_CONDITIONS,
    RANGE_FIELDS,
    has_validator,
    validation_fields,
)
from brine.domain.http.field_syntax import MAX_SECONDS
from brine.domain.http.messages import CACHED_METHODS

if TYPE_CHECKING:
    from brine.domain.caching.decision import Decision, ForwardReason
    from brine.domain.caching.freshness import Freshness
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.cache_control import Directives
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy


type Unusable = Literal["no-cache", "request-no-cache", "stale", "max-stale", "min-fresh", "max-age"]
"""Why a stored response may not be reused without validation.

- `no-cache`: the response says so. `request-no-cache`: the request says so.
- `stale`: it is not fresh, and the client does not accept a stale one, or may not get one.
- `max-stale`: it has been stale for longer than the client accepts.
- `min-fresh`: it is fresh for less time than the client asks for. `max-age`: it is older than the client accepts.
"""


def decide(
    stored: StoredResponse | None,
    request: Request,
    policy: Policy,
    now: float,
    *,
    vary_mismatch: bool = False,
    background_refresh: bool = False,
) -> Decision:
    """Decide how to answer a request.

    `stored`: the stored response that the request selects, with or without its body. `vary_mismatch`: responses are
    stored under the cache key, but the request selects none of them. `background_refresh`: a stale response may be
    served while the refresher, or another request, refreshes it.
    """
    if not request.may_use_cache:
        is_read = request.method in CACHED_METHODS or request.is_safe_query
        return Forward(fields=request.fields, reason="bypass" if is_read else "method")
    request_directives = obeyed_directives(request, policy)
    decision = (
        _from_stored(stored, request, request_directives, policy, now, background_refresh=background_refresh)
        if stored is not None
        else None
    )
    if isinstance(decision, Serve | ServeStale):
        return decision
    if request_directives.permits("only-if-cached"):
        return Refuse(status=504, detail="nothing that may be used is stored")
    if decision is not None:
        return decision
    return _fetch(request, request_directives, "vary-miss" if vary_mismatch else "uri-miss")


def refetch(request: Request, policy: Policy) -> Forward:
    """Return the request to the origin for a response with a lost body."""
    return _fetch(request, obeyed_directives(request, policy), "uri-miss")


def refresh_decision(stored: StoredResponse, request: Request) -> Validate | Forward:
    """Return the request to the origin that renews a stored response, fresh or stale."""
    return _validate_or_forward(stored, request, "stale")


def can_answer_followers(stored: StoredResponse, request: Request, policy: Policy) -> bool:
    """Return whether the response, when it arrived, could answer the requests that waited for it.

    It was fresh, or could be served stale during the next refresh (RFC 5861 section 3).
    """
    state = freshness_on_arrival(stored, policy, request)
    return not needs_validation(state.directives) and (
        state.is_fresh or state.staleness < revalidation_window(state.directives, policy)
    )


def obeyed_directives(request: Request, policy: Policy) -> Directives:
    """Return the request's cache directives that the route obeys."""
    return parse_request_directives(request.fields) if policy.request_directives else NO_DIRECTIVES


def bypasses_cache(request: Request, request_directives: Directives) -> bool:
    """Return whether the cache must not answer: no-store, or a condition that only the origin can evaluate."""
    return request_directives.restricts("no-store") or not ORIGIN_CONDITIONS.isdisjoint(request.fields.names)


def _fetch(request: Request, request_directives: Directives, reason: ForwardReason) -> Forward:
    """Return the request to the origin for a new response."""
    if bypasses_cache(request, request_directives):
        return Forward(fields=request.fields, reason="request")
    return Forward(fields=request.fields.without(CACHE_CONDITIONS), reason=reason)


def _from_stored(
    stored: StoredResponse,
    request: Request,
    request_directives: Directives,
    policy: Policy,
    now: float,
    *,
    background_refresh: bool,
) -> Decision | None:
    """Return the decision for a stored response; None when the cache must not answer."""
    if bypasses_cache(request, request_directives):
        return None
    if not has_requested_bytes(stored, request):
        return _fetch_missing_range(stored, request)
    state = freshness(stored, policy, now, request)
    age, remaining = floor(state.age), state.remaining
    if unusable_because(state, request_directives) is None:
        return Serve(stored=stored, age=age, remaining_freshness=remaining)
    if (
        not request_directives.restricts("no-cache")
        and background_refresh
        and 0 <= state.staleness < stale_while_revalidate(state, request_directives, policy)
    ):
        return ServeStale(stored=stored, age=age, remaining_freshness=remaining)
    is_refused = unusable_because(state, NO_DIRECTIVES) is None  # only the request does not accept it
    return _validate_or_forward(stored, request, "request" if is_refused else "stale")


def is_usable(state: Freshness, request_directives: Directives) -> bool:
    """Return whether the response may be reused without validation: it is fresh, or the client accepts it stale."""
    return unusable_because(state, request_directives) is None


def unusable_because(state: Freshness, request_directives: Directives) -> Unusable | None:
    """Return why the response may not be reused without validation; None if it may (section 4.2.4)."""
    if needs_validation(state.directives):
        return "no-cache"
    if request_directives.restricts("no-cache"):
        return "request-no-cache"
    if not state.is_fresh:
        accepted = accepted_staleness(state.directives, request_directives)
        if accepted <= 0:
            return "stale"
        if state.staleness > accepted:
            return "max-stale"
        return None if _is_young_enough(state, request_directives) else "max-age"
    if state.remaining < (request_directives.seconds("min-fresh", if_invalid=MAX_SECONDS) or 0):
        return "min-fresh"
    # An immutable response is not validated on reload (max-age=0) while it is fresh (RFC 8246 section 2)
    return None if state.directives.permits("immutable") or _is_young_enough(state, request_directives) else "max-age"


def _is_young_enough(state: Freshness, request_directives: Directives) -> bool:
    limit = request_directives.seconds("max-age")
    return limit is None or state.age <= limit


def stale_while_revalidate(state: Freshness, request_directives: Directives, policy: Policy) -> float:
    """Return the stale-while-revalidate window in seconds; 0 when the client asks for a younger response."""
    if request_directives.restricts("min-fresh") or not _is_young_enough(state, request_directives):
        return 0
    return revalidation_window(state.directives, policy)


def _validate_or_forward(stored: StoredResponse, request: Request, reason: ForwardReason) -> Validate | Forward:
    """Return a validation where the response has a validator, otherwise a forward.

    For a complete stored response, the request asks for the complete representation.
    """
    fields = request.fields if stored.status == PARTIAL else request.fields.without(RANGE_FIELDS)
    if has_validator(stored.fields):
        return Validate(stored=stored, fields=validation_fields(fields, stored.fields), reason=reason)
    return Forward(fields=fields.without(CACHE_CONDITIONS), reason=reason, stored=stored)


def _fetch_missing_range(stored: StoredResponse, request: Request) -> Forward:
    fields = request.fields.without(CACHE_CONDITIONS)
    rest = missing_range_fields(stored, fields) if request.is_get and "range" not in fields else None
    return Forward(fields=fields if rest is None else rest, reason="partial", stored=stored)
