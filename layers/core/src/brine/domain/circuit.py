"""The circuit breaker of an origin: what counts as its failure, and when it is asked no more.

A circuit is closed until an origin has failed so many times in a row. Then it is open, and nobody asks the origin, for
a while. After that it is half open: one request goes out as a probe, and its outcome closes or opens the circuit.
All that is kept of a circuit is until when it is open; one that is closed is not kept. Whoever probes keeps it open
for others meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.messages import Response
from brine.errors import OriginTimeout, OriginTooLarge

if TYPE_CHECKING:
    from brine.domain.retries import Outcome

type Health = Literal["well", "down", "unknown"]

STREAK_GAP: Final = 60.0
"""Seconds between two failures after which they are not in a row: so long ago says nothing about now."""
FAIR_TIME: Final = 5.0
"""Seconds that an origin has had a chance in: what timed out after less was late for the gateway's own reasons."""
KEPT: Final = 600
"""Seconds past its time for which a circuit waits for a probe. If nobody asks for so long, it counts as closed."""

_LIVELY_ERRORS = frozenset({500, 501, 505})


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker:
    """A route's choices: how many failures in a row open the circuit of its origin, and for how many seconds."""

    failures: int = 5
    open_for: float = 30.0


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures in a row as one process saw them, and when the last one was, in seconds since 1970."""

    failures: int
    last: float

    def is_recent(self, now: float) -> bool:
        """Whether a failure at `now` would be one more of them. Not where the clock was set back far, either."""
        return abs(now - self.last) <= STREAK_GAP


def health(outcome: Outcome, seconds: float, timeout: float) -> Health:
    """What an outcome tells of the origin, of a request that was given so many `seconds`.

    A 500 tells that one request is more than the origin can do, as 501, 505 and a body that is too large do: who could
    name such a request would otherwise cut everybody off. A timeout tells nothing unless the origin had the route's
    `timeout`, or a fair time.
    """
    if isinstance(outcome, Response):
        return "down" if outcome.status >= 500 and outcome.status not in _LIVELY_ERRORS else "well"
    if isinstance(outcome, OriginTimeout) and seconds < min(timeout, FAIR_TIME):
        return "unknown"
    return "well" if isinstance(outcome, OriginTooLarge) else "down"


def needs_probe(open_until: float, now: float) -> bool:
    """Whether a circuit that was open until then is half open at `now`. 0 stands for one that is closed."""
    return 0 < open_until <= now < open_until + KEPT


def after_failure(streak: Streak | None, now: float) -> Streak:
    """The streak with one more failure."""
    failures = streak.failures if streak is not None and streak.is_recent(now) else 0
    return Streak(failures + 1, now)
