"""The circuit breaker of an origin: which outcomes count as failures, and when requests stop.

A circuit is closed until an origin fails a number of times in a row. Then it is open for a while, and the gateway sends
the origin no request. After that it is half open: one request goes out as a probe, and its outcome closes or opens the
circuit. The only stored state of a circuit is the time until which it is open; a closed circuit is not stored. During
the probe, the circuit stays open for all other requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.http.messages import Response
from brine.errors import OriginBudgetSpent, OriginTimeout, OriginTooLarge, OriginUnreachable

if TYPE_CHECKING:
    from brine.domain.resilience.retries import AttemptOutcome

type Health = Literal["well", "down", "unknown"]

STREAK_GAP: Final = 60.0
"""Seconds between two failures after which they are not in a row, because the older one is too long ago."""
FAIR_TIMEOUT: Final = 5.0
"""Seconds that are enough for an origin to answer. An earlier timeout is due to the gateway's own deadline."""
MIN_FAILING_PATHS: Final = 3
"""The number of different paths with failures that opens the circuit of a reachable origin."""
PROBE_WINDOW: Final = 600
"""Seconds for which a half-open circuit waits for a probe. After that it counts as closed."""

_REQUEST_ERRORS = frozenset({500, 501, 505, 508})


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker:
    """A route's settings: how many failures in a row open its origin's circuit, and for how many seconds."""

    failures: int = 5
    open_for: float = 30.0


@dataclass(frozen=True, slots=True)
class FailureStreak:
    """Failures in a row, as one process saw them, and the time of the last one, in seconds since 1970.

    `unconnected`: how many of them had no connection. `paths`: the paths of the failed requests, without queries.
    """

    failures: int
    last: float
    unconnected: int = 0
    paths: frozenset[str] = frozenset()

    def is_recent(self, now: float) -> bool:
        """Return whether a failure at `now` continues the streak. It does not if the clock was set back far."""
        return abs(now - self.last) <= STREAK_GAP

    def opens_circuit(self, failures: int) -> bool:
        """Return whether this number of failures opens the circuit.

        If the origin was reachable, the failures must be on several paths. One URL that always fails does not prove
        that other URLs fail, and a client that knows it could block the origin for all clients.
        """
        is_wide = len(self.paths) >= min(failures, MIN_FAILING_PATHS)
        return self.unconnected >= failures or (self.failures >= failures and is_wide)


def origin_health(outcome: AttemptOutcome, seconds: float, timeout: float) -> Health:
    """Return the health of the origin, given the outcome of a request that had `seconds` to complete.

    A 500 may be due to one request that the origin cannot handle, as may 501, 505, 508 (a loop) and a body that is too
    large. A client with such a request could otherwise block the origin for all clients. A timeout counts only if the
    origin had the route's `timeout`, or FAIR_TIMEOUT.
    """
    if isinstance(outcome, Response):
        return "down" if outcome.status >= 500 and outcome.status not in _REQUEST_ERRORS else "well"
    if isinstance(outcome, OriginTimeout) and seconds < min(timeout, FAIR_TIMEOUT):
        return "unknown"
    return "well" if isinstance(outcome, OriginTooLarge | OriginBudgetSpent) else "down"


def needs_probe(open_until: float, now: float) -> bool:
    """Return whether a circuit that was open until `open_until` is half open at `now`. 0 stands for closed."""
    return 0 < open_until <= now < open_until + PROBE_WINDOW


def after_failure(streak: FailureStreak | None, outcome: AttemptOutcome, path: str, now: float) -> FailureStreak:
    """Return the streak with one more failure: this outcome of a request for this path."""
    if streak is None or not streak.is_recent(now):
        streak = FailureStreak(0, now)
    return FailureStreak(
        failures=streak.failures + 1,
        last=now,
        unconnected=streak.unconnected + isinstance(outcome, OriginUnreachable),
        paths=streak.paths | {path} if len(streak.paths) < MIN_FAILING_PATHS else streak.paths,
    )
