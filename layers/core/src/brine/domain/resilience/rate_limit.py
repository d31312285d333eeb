"""Reads the limit that an origin announces: 429 with Retry-After (RFC 6585 section 4), RateLimit and RateLimit-Policy.

The two fields are those of draft-ietf-httpapi-ratelimit-headers, from its version 8 on. A malformed field is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.http.structured import NotStructured, parse_items
from brine.domain.resilience.retries import retry_after

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.domain.resilience.budget import OriginBudget

TOO_MANY_REQUESTS: Final = 429
LONGEST_PAUSE: Final = 3600.0
"""Seconds for which an origin is believed, if the budget's period is not longer. A mistake would block it for long."""
SHORTEST_PAUSE: Final = 1.0
_UNIT: Final = "requests"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The origin takes at most `remaining` more requests until `until`, in seconds since 1970."""

    remaining: int
    until: float


def rate_limit(response: Response, budget: OriginBudget, now: float) -> RateLimit | None:
    """Return the limit that a response tells, or None if it tells none.

    Retry-After of a 429 goes before the fields. The limits in a response from a cache (with an Age) are old,
    so they do not count.
    """
    longest = max(LONGEST_PAUSE, budget.period)
    limits = [] if response.fields.get("age", "0") != "0" else _limits(response, budget)
    if response.status == TOO_MANY_REQUESTS:
        asked_for = retry_after(response.fields, now)
        if asked_for is None:
            spent = [seconds for remaining, seconds in limits if remaining == 0]
            asked_for = max(spent, default=budget.period / 10)
        return RateLimit(0, now + min(max(asked_for, SHORTEST_PAUSE), longest))
    if not limits:
        return None
    remaining, seconds = min(limits, key=lambda limit: (limit[0], -limit[1]))
    return RateLimit(remaining, now + min(seconds, longest))


def _limits(response: Response, budget: OriginBudget) -> list[tuple[int, float]]:
    """Return the remaining requests and the seconds of each service limit that counts requests."""
    lines = response.fields.all("ratelimit")
    if not lines:
        return []
    try:
        limits = parse_items(*lines)
    except NotStructured:
        return []
    try:
        policies = dict(parse_items(*response.fields.all("ratelimit-policy")))
    except NotStructured:
        policies = {}
    found = []
    for name, limit in limits:
        policy = policies.get(name, {})
        remaining, seconds = _count(limit.get("r")), _count(limit.get("t", policy.get("w", budget.period)))
        if remaining is not None and seconds is not None and policy.get("qu", _UNIT) == _UNIT:
            found.append((int(remaining), seconds))
    return found


def _count(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
