"""Reasons of a decision in words: why an answer is a hit or a miss.

The rules are those of brine.domain.caching.decide: this module calls its functions, and only adds words and sections.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from brine.domain.caching.decide import bypasses_cache, obeyed_directives, stale_while_revalidate, unusable_because
from brine.domain.caching.freshness import freshness
from brine.domain.caching.partial import has_requested_bytes
from brine.domain.caching.stale import accepted_staleness, revalidation_window
from brine.domain.durations import duration_text
from brine.domain.explaining.reasons import Reason, freshness_reasons
from brine.domain.http.cache_control import parse_request_directives
from brine.domain.http.conditions import ORIGIN_CONDITIONS, has_validator
from brine.domain.http.field_syntax import MAX_SECONDS
from brine.domain.http.messages import CACHED_METHODS

if TYPE_CHECKING:
    from brine.domain.caching.freshness import Freshness
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.cache_control import Directives
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy

_QUERY_REFUSALS: Final = {
    "query-mutation": "the content may be a GraphQL mutation or subscription, which changes data",
    "query-not-json": "the content is no JSON that the gateway can read",
    "query-sealed": "the origin gets the content sealed, so it differs each time",
    "query-size": "the content is larger than max_bytes of query_body, so it is in no key",
}


def reasons_of(
    stored: StoredResponse | None,
    request: Request,
    policy: Policy,
    now: float,
    *,
    vary_mismatch: bool = False,
    background_refresh: bool = False,
) -> tuple[Reason, ...]:
    """Return the reasons of the decision that `decide` makes from the same arguments, in order."""
    if not request.may_use_cache:
        return (_uncached(request),)
    ignored = _ignored_directives(request, policy)
    directives = obeyed_directives(request, policy)
    if bypasses_cache(request, directives):
        return (*ignored, _bypass(request, directives), *_only_if_cached(directives))
    if stored is None:
        return (*ignored, _nothing(vary_mismatch=vary_mismatch), *_only_if_cached(directives))
    if not has_requested_bytes(stored, request):
        text = "only parts of the response are stored, and they lack bytes that the request needs"
        return (*ignored, Reason("partial", text, "RFC 9111 3.3"), *_only_if_cached(directives))
    state = freshness(stored, policy, now, request)
    because = unusable_because(state, directives)
    age = freshness_reasons(stored, state, policy, request)
    if because is None:
        return (*ignored, *age, *_accepted(state, directives))
    reasons = [*ignored, *age, _unusable(because, state, directives)]
    window = stale_while_revalidate(state, directives, policy)
    if not directives.restricts("no-cache") and 0 <= state.staleness < window:
        if background_refresh:
            left = duration_text(window - state.staleness)
            left = duration_text(window - state.staleness)
            text = f"it may be served for {left} more while it is refreshed (its window is {duration_text(window)})"
            return (*reasons, Reason("stale-while-revalidate", text, _of_grace(state, "RFC 5861 3")))
        reasons.append(Reason("no-refresh", "it could be served stale during a refresh, but none can be requested"))
    elif not state.is_fresh:
        reasons += _no_window(state, directives, policy)
    return (*reasons, _renewal(stored), *_only_if_cached(directives))


def _uncached(request: Request) -> Reason:
    query = request.content_query
    if query is not None and query.refusal is not None:
        return Reason(
            query.refusal, f"the cache may not answer this query: {_QUERY_REFUSALS[query.refusal]}", "RFC 10008 2.7"
        )
    if request.method in CACHED_METHODS:
        text = f"a {request.method} with content is never answered from the cache, because no key has its content"
        return Reason("bypass", text, "RFC 9110 9.3.1")
    return Reason("method", f"{request.method} is never answered from the cache", "RFC 9111 4")


def _ignored_directives(request: Request, policy: Policy) -> list[Reason]:
    if policy.request_directives or not parse_request_directives(request.fields):
        return []
    return [Reason("ignored", "the route ignores the Cache-Control of requests (request_directives = false)")]


def _bypass(request: Request, directives: Directives) -> Reason:
    if directives.restricts("no-store"):
        return Reason("request-no-store", "the request says no-store", "RFC 9111 5.2.1.5")
    names = " and ".join(sorted(ORIGIN_CONDITIONS & set(request.fields.names)))
    return Reason("condition", f"only the origin can evaluate {names}", "RFC 9111 4.3.2")


def _nothing(*, vary_mismatch: bool) -> Reason:
    if vary_mismatch:
        text = "responses are stored for this URL, but for other values of the fields that select"
        return Reason("vary-miss", text, "RFC 9111 4.1")
    return Reason("uri-miss", "nothing that may be used is stored for this URL", "RFC 9111 4")


def _accepted(state: Freshness, directives: Directives) -> list[Reason]:
    """Return why a stale response may be used, or a fresh one that is older than the client accepts."""
    if not state.is_fresh:
        accepted = accepted_staleness(state.directives, directives)
        told = "max-stale" if accepted == inf else f"max-stale={accepted:g}"
        return [Reason("max-stale", f"the request accepts that: it says {told}", "RFC 9111 5.2.1.2")]
    limit = directives.seconds("max-age")
    if limit is not None and state.age > limit:
        text = f"the request says max-age={limit}, but the response is immutable while it is fresh"
        return [Reason("immutable", text, "RFC 8246 2")]
    return []


def _unusable(because: str, state: Freshness, directives: Directives) -> Reason:
    match because:
        case "no-cache":
            return Reason("no-cache", "the response says no-cache, so each use needs a validation", "RFC 9111 5.2.2.4")
        case "request-no-cache":
            return Reason("request-no-cache", "the request says no-cache", "RFC 9111 5.2.1.4")
        case "max-age":
            limit = directives.seconds("max-age") or 0
            text = f"the request says max-age={limit}"
            return Reason("request-max-age", text, "RFC 9111 5.2.1.1")
        case "min-fresh":
            wanted = directives.seconds("min-fresh", if_invalid=MAX_SECONDS)
            text = f"the request says min-fresh={wanted}"
            return Reason("request-min-fresh", text, "RFC 9111 5.2.1.3")
        case "max-stale":
            accepted = accepted_staleness(state.directives, directives)
            text = f"the request says max-stale={accepted:g}"
            return Reason("request-max-stale", text, "RFC 9111 5.2.1.2")
        case _:
            return Reason("needs-validation", "a stale response may not be reused without validation", "RFC 9111 4.2.4")


def _no_window(state: Freshness, directives: Directives, policy: Policy) -> list[Reason]:
    """Return why a stale response may not be served while it is refreshed."""
    window = revalidation_window(state.directives, policy)
    if window <= 0:
        text = "it may not be served while it is refreshed: it has no stale-while-revalidate"
        return [Reason("no-window", text, "RFC 5861 3")]
    if directives.restricts("no-cache") or state.staleness < window:
        return [
            Reason("no-window", "it may not be served stale: the request asks for a younger response", "RFC 9111 5.2.1")
        ]
    return [Reason("window-over", f"its {duration_text(window)} of stale-while-revalidate are over", "RFC 5861 3")]


def _renewal(stored: StoredResponse) -> Reason:
    if has_validator(stored.fields):
        names = " and ".join(name for name in ("ETag", "Last-Modified") if name.lower() in stored.fields)
        return Reason(
            "validator",
            f"it has a validator ({names}), so the origin is asked whether it is still valid",
            "RFC 9111 4.3",
        )
    return Reason("no-validator", "it has no validator, so the origin is asked for a new response", "RFC 9111 4.3")


def _only_if_cached(directives: Directives) -> list[Reason]:
    if not directives.permits("only-if-cached"):
        return []
    return [Reason("only-if-cached", "the request says only-if-cached, so the origin is not asked", "RFC 9111 5.2.1.7")]


def _of_grace(state: Freshness, rfc: str) -> str | None:
    """Return the section; None if the window is the grace of a function's route."""
    return rfc if state.directives.seconds("stale-while-revalidate") is not None else None
