"""Retries of requests to an origin: which requests, after which failures, and after which delay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine.domain.http.dates import parse_http_date
from brine.domain.http.messages import Response
from brine.domain.resilience.backoff import Backoff
from brine.errors import OriginMalformed, OriginTimeout, OriginUnreachable

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.errors import OriginError

type AttemptOutcome = Response | OriginError
"""The outcome of a request to an origin."""

DEFAULT_RETRIES: Final = 1
BACKOFF: Final = Backoff(first=0.1, longest=2.0)
"""Seconds. If an origin asks for a longer delay, the gateway does not retry."""

_UNSAFE = frozenset({"PUT", "DELETE"})
_PRECONDITIONS = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"})
_TRANSIENT_ERRORS = (OriginUnreachable, OriginTimeout, OriginMalformed)  # a response that is too large will be again
_TRANSIENT_STATUSES = frozenset({502, 503, 504})
_DELAY = re.compile(r"[0-9]{1,9}", re.ASCII)


def is_retryable(request: Request) -> bool:
    """Return whether a request may be sent again although the origin may have acted on it (RFC 9110 9.2.2).

    A request that changes content under a precondition is not repeatable: after the first one, the precondition is
    false.
    """
    if request.method in _UNSAFE:
        return not any(name in request.fields for name in _PRECONDITIONS)
    return request.is_idempotent


def is_transient(outcome: AttemptOutcome) -> bool:
    """Return whether the failure may be temporary, so that a retry may succeed."""
    return (
        outcome.status in _TRANSIENT_STATUSES
        if isinstance(outcome, Response)
        else isinstance(outcome, _TRANSIENT_ERRORS)
    )


def retry_delay(number: int, outcome: AttemptOutcome, now: float, chance: float) -> float | None:
    """Return the seconds to wait before retry `number`, counted from 0; None for no retry.

    The delay is that of BACKOFF, plus the one that Retry-After asks for (RFC 9110 section 10.2.3). `now`: seconds since
    1970.
    """
    asked_for = retry_after(outcome.fields, now) if isinstance(outcome, Response) else None
    if asked_for is not None and asked_for > BACKOFF.longest:
        return None
    return (asked_for or 0.0) + BACKOFF.wait(number, chance)


def retry_after(fields: Fields, now: float) -> float | None:
    """Return the seconds of Retry-After, from a number or a date; None without a valid one."""
    value = fields.get("retry-after")
    if value is None:
        return None
    if _DELAY.fullmatch(value):
        return float(value)
    date = parse_http_date(value, now)
    return None if date is None else max(0.0, date - now)
