"""Asking an origin once more: which requests may be repeated, after which failures, and how long to wait before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine.domain.http.dates import parse_http_date
from brine.domain.http.messages import IDEMPOTENT_METHODS, Response
from brine.errors import OriginMalformed, OriginTimeout, OriginUnreachable

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.errors import OriginError

type Outcome = Response | OriginError
"""What came of asking an origin."""

DEFAULT_RETRIES: Final = 1
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0
"""Seconds. An origin that asks for more time than that is not asked again: its answer goes on, or a stale one."""

_UNSAFE = frozenset({"PUT", "DELETE"})
_PRECONDITIONS = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"})
_PASSING_ERRORS = (OriginUnreachable, OriginTimeout, OriginMalformed)  # what is too large once is so again
_PASSING_STATUSES = frozenset({502, 503, 504})
_DELAY = re.compile(r"[0-9]{1,9}", re.ASCII)


def is_repeatable(request: Request) -> bool:
    """Whether a request may be sent again although the origin may have acted on it (RFC 9110 section 9.2.2).

    One that changes something under a precondition is not: a repeat would fail by what the first had done.
    """
    if request.method in _UNSAFE:
        return not any(name in request.fields for name in _PRECONDITIONS)
    return request.method in IDEMPOTENT_METHODS


def may_pass(outcome: Outcome) -> bool:
    """Whether the same request may fare better a moment later."""
    return (
        outcome.status in _PASSING_STATUSES if isinstance(outcome, Response) else isinstance(outcome, _PASSING_ERRORS)
    )


def pause_before(number: int, outcome: Outcome, now: float, chance: float) -> float | None:
    """Seconds to wait before the retry with this number, counted from 0; None when it should not be made.

    A random part, `chance` of 1, of an upper bound that doubles each time, and on top of that what Retry-After asks
    for (RFC 9110 section 10.2.3). `now`: seconds since 1970.
    """
    asked_for = retry_after(outcome.fields, now) if isinstance(outcome, Response) else None
    if asked_for is not None and asked_for > LONGEST_PAUSE:
        return None
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2**number)
    return (asked_for or 0.0) + chance * longest


def retry_after(fields: Fields, now: float) -> float | None:
    """Seconds that Retry-After asks for, from a number or a date; None when there is no valid one."""
    value = fields.get("retry-after")
    if value is None:
        return None
    if _DELAY.fullmatch(value):
        return float(value)
    date = parse_http_date(value, now)
    return None if date is None else max(0.0, date - now)
