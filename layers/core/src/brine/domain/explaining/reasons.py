"""Reasons in words: how fresh a stored response is, and whether it may be served if the origin fails."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from brine.domain.caching.decide import obeyed_directives, unusable_because
from brine.domain.caching.freshness import freshness, lifetime_source
from brine.domain.caching.partial import has_requested_bytes
from brine.domain.caching.stale import error_window, forbids_stale
from brine.domain.durations import duration_text

if TYPE_CHECKING:
    from brine.domain.caching.freshness import Freshness, LifetimeSource
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy


_SOURCES: Final[dict[LifetimeSource, str]] = {
    "s-maxage": "the origin's s-maxage",
    "max-age": "the origin's max-age",
    "expires": "the origin's Expires",
    "freshness_lifetime": "freshness_lifetime of the route",
    "negative_lifetimes": "negative_lifetimes of the route",
    "heuristic": "a tenth of the time since Last-Modified",
    "none": "nothing",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the way to a decision. `code`: a token for programs. `rfc`: the section of the rule, such as
    "RFC 9111 4.2", or None for a setting of the route.
    """

    code: str
    text: str
    rfc: str | None = None


def failure_reason(stored: StoredResponse | None, request: Request, policy: Policy, now: float) -> Reason:
    """Return why the stored response may or may not be served if the origin fails (RFC 5861 section 4)."""
    rfc = "RFC 5861 4"
    if stored is None or not has_requested_bytes(stored, request):
        return Reason("no-stale", "if the origin fails, nothing is stored that could be served instead", rfc)
    state, directives = freshness(stored, policy, now, request), obeyed_directives(request, policy)
    if unusable_because(state, directives) is None:
        return Reason("still-usable", "if the origin fails, the stored response is served: it is still usable", rfc)
    window = error_window(state.directives, directives, policy)
    if window > 0 and state.staleness < window:
        left = duration_text(window - max(0.0, state.staleness))
        return Reason("stale-if-error", f"if the origin fails, the stored response is served for {left} more", rfc)
    if forbids_stale(state.directives):
        text = "if the origin fails, the stored response may not be served: its directives forbid that"
        return Reason("forbids-stale", text, "RFC 9111 4.2.4")
    text = "if the origin fails, the stored response may not be served: "
    if window <= 0:
        return Reason("no-grace", f"{text}neither the origin (stale-if-error) nor the route (grace) permits it", rfc)
    return Reason("grace-over", f"{text}its {duration_text(window)} of grace are over", rfc)


def freshness_reasons(stored: StoredResponse, state: Freshness, policy: Policy, request: Request) -> tuple[Reason, ...]:
    """Return how fresh a stored response is for a request, and where its freshness lifetime comes from."""
    age = f"the stored response is {duration_text(state.age)} old"
    if stored.stale_from < inf:
        return (Reason("soft-purged", f"{age}, and a soft purge made it stale"),)
    source = lifetime_source(stored, state.directives, policy, request)
    if source == "none":
        return (Reason("stale", f"{age} and has no freshness lifetime", "RFC 9111 4.2"),)
    lifetime = f"its freshness lifetime is {duration_text(max(0.0, state.lifetime))}, by {_SOURCES[source]}"
    of_source = Reason("lifetime", lifetime, "RFC 9111 4.2.2" if source == "heuristic" else "RFC 9111 4.2.1")
    if state.is_fresh:
        return Reason("fresh", f"{age} and fresh for {duration_text(-state.staleness)} more", "RFC 9111 4.2"), of_source
    return Reason("stale", f"{age} and stale for {duration_text(state.staleness)}", "RFC 9111 4.2"), of_source
