"""Freshness lifetime and age of responses (RFC 9111 section 4.2). All values are in seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, inf
from typing import TYPE_CHECKING, Literal

from brine.domain.http.cache_control import parse_response_directives
from brine.domain.http.dates import date_field
from brine.domain.http.field_syntax import MAX_SECONDS, delta_seconds
from brine.domain.refreshing.jitter import jittered

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.cache_control import Directives
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy

type LifetimeSource = Literal[
    "s-maxage", "max-age", "expires", "freshness_lifetime", "negative_lifetimes", "heuristic", "none"
]
"""Where a freshness lifetime comes from: a directive, the field Expires, a key of the route, or the heuristic."""

HEURISTICALLY_CACHEABLE = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
"""Statuses that are heuristically cacheable (RFC 9110 section 15.1)."""

HEURISTIC_FRACTION = 0.1
HEURISTIC_CAP = 86_400

_SUCCESSFUL = frozenset({200, 203, 204, 206, 300, 301, 308})


@dataclass(frozen=True, slots=True)
class Freshness:
    """Freshness lifetime and current age of a stored response, and the directives that they come from."""

    lifetime: float
    age: float
    directives: Directives

    @property
    def is_fresh(self) -> bool:
        """Whether the response is fresh: its lifetime exceeds its age (section 4.2)."""
        return self.lifetime > self.age

    @property
    def staleness(self) -> float:
        """The time for which the response has been stale; not above 0 while it is fresh."""
        return self.age - self.lifetime

    @property
    def remaining(self) -> int:
        """Remaining freshness in whole seconds, negative when stale: ttl in Cache-Status (RFC 9211 section 2.4)."""
        return floor(self.lifetime) - floor(self.age)


def freshness(stored: StoredResponse, policy: Policy, now: float, request: Request | None = None) -> Freshness:
    """Return the freshness of a stored response at `now`, for this request if it is given.

    Heuristic freshness does not apply to a request with a field that the route names in `forward_headers`, or with a
    Cookie that reaches the origin: the response may have changed with the origin's data about that user.
    """
    directives = parse_response_directives(stored.fields)
    lifetime, age = freshness_lifetime(stored, directives, policy, request), current_age(stored, now)
    if stored.stale_from < inf:
        lifetime = min(lifetime, age - max(0.0, now - stored.stale_from))
    return Freshness(lifetime, age, directives)


def freshness_on_arrival(stored: StoredResponse, policy: Policy, request: Request | None = None) -> Freshness:
    """Return the freshness that a response had when it came from the origin, before any soft purge."""
    unpurged = stored if stored.stale_from == inf else replace(stored, stale_from=inf)
    return freshness(unpurged, policy, stored.response_time, request)


def remaining_freshness(stored: StoredResponse, policy: Policy, now: float, request: Request) -> int:
    """Return the remaining freshness for this request in whole seconds; negative when stale."""
    return freshness(stored, policy, now, request).remaining


def freshness_lifetime(
    stored: StoredResponse, directives: Directives, policy: Policy, request: Request | None = None
) -> float:
    """Return the freshness lifetime: the origin's, else the route's, else a heuristic one (4.2.1, 4.2.2)."""
    explicit = explicit_lifetime(stored.fields, directives, stored.response_time)
    if explicit is not None:
        return explicit
    lifetime = route_lifetime(stored.status, policy)
    if lifetime is not None:
        return jittered(lifetime, stored, policy.jitter)
    if request is not None and any(name in request.fields for name in policy.fields_against_heuristics):
        return 0
    return _heuristic_lifetime(stored, directives)


def lifetime_source(
    stored: StoredResponse, directives: Directives, policy: Policy, request: Request | None = None
) -> LifetimeSource:
    """Return where the result of `freshness_lifetime` comes from. Arguments as there."""
    if explicit_lifetime(stored.fields, directives, stored.response_time) is not None:
        names: tuple[Literal["s-maxage", "max-age"], ...] = ("s-maxage", "max-age")
        return next((name for name in names if directives.seconds(name) is not None), "expires")
    if route_lifetime(stored.status, policy) is not None:
        return "negative_lifetimes" if stored.status in policy.negative_lifetimes else "freshness_lifetime"
    return "heuristic" if freshness_lifetime(stored, directives, policy, request) else "none"


def is_lifetime_of_route(stored: StoredResponse, directives: Directives, policy: Policy) -> bool:
    """Return whether the freshness lifetime is the route's and not the origin's."""
    explicit = explicit_lifetime(stored.fields, directives, stored.response_time)
    return explicit is None and route_lifetime(stored.status, policy) is not None


def explicit_lifetime(fields: Fields, directives: Directives, response_time: float) -> int | None:
    """Return the origin's freshness lifetime: 0 when it is invalid, None when the origin gave none."""
    for name in ("s-maxage", "max-age"):
        seconds = directives.seconds(name)
        if seconds is not None:
            return seconds
    if directives.targeted or "expires" not in fields:
        return None
    expires = date_field(fields, "expires", response_time)
    if expires is None:  # not a date, or several: it has expired (section 5.3)
        return 0
    return min(max(0, expires - date_value(fields, response_time)), MAX_SECONDS)


def has_valid_lifetime(fields: Fields, directives: Directives, response_time: float) -> bool:
    """Return whether the origin gave a freshness lifetime in a valid form; it may be 0."""
    if directives.permits("s-maxage") or directives.permits("max-age"):
        return True
    return not directives.targeted and date_field(fields, "expires", response_time) is not None


def route_lifetime(status: int, policy: Policy) -> float | None:
    """Return the route's lifetime, before jitter, for responses without a lifetime of the origin."""
    lifetime = policy.negative_lifetimes.get(status, policy.freshness_lifetime if status in _SUCCESSFUL else None)
    return None if lifetime is None else max(0.0, lifetime)


def _heuristic_lifetime(stored: StoredResponse, directives: Directives) -> int:
    if stored.status not in HEURISTICALLY_CACHEABLE and not directives.permits("public"):
        return 0
    modified = date_field(stored.fields, "last-modified", stored.response_time)
    if modified is None:
        return 0
    unchanged = date_value(stored.fields, stored.response_time) - modified
    return max(0, min(floor(unchanged * HEURISTIC_FRACTION), HEURISTIC_CAP))


def current_age(stored: StoredResponse, now: float) -> float:
    """Return the current age (section 4.2.3), never negative, even if the clocks of origin and gateway differ."""
    received = stored.response_time
    apparent_age = max(0, floor(received) - date_value(stored.fields, received))
    response_delay = max(0.0, received - stored.request_time)
    corrected_initial_age = max(apparent_age, age_value(stored.fields) + response_delay)
    return corrected_initial_age + max(0.0, now - received)


def date_value(fields: Fields, response_time: float) -> int:
    """Return the Date of a response; without a valid one, the time of receipt (RFC 9110 section 6.6.1)."""
    date = date_field(fields, "date", response_time)
    return floor(response_time) if date is None else date


def age_value(fields: Fields) -> int:
    """Return the Age of a response, the first one of a list; 0 when absent or invalid (section 5.1)."""
    text = fields.get("age")
    return 0 if text is None else delta_seconds(text.partition(",")[0].strip(" \t")) or 0
