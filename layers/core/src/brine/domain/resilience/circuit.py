"""The circuit breaker of an origin: what counts as its failure, and when it is asked no more.

A circuit is closed until an origin has failed so many times in a row. Then it is open, and nobody asks the origin, for
a while. After that it is half open: one request goes out as a probe, and its outcome closes or opens the circuit.
All that is kept of a circuit is until when it is open; one that is closed is not kept. Whoever probes keeps it open
for others meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.http.messages import Response
from brine.errors import OriginTimeout, OriginTooLarge, OriginUnreachable

if TYPE_CHECKING:
    from brine.domain.resilience.retries import Outcome

type Health = Literal["well", "down", "unknown"]

STREAK_GAP: Final = 60.0
"""Seconds between two failures after which they are not in a row: so long ago says nothing about now."""
FAIR_TIME: Final = 5.0
"""Seconds that an origin has had a chance in: what timed out after less was late for the gateway's own reasons."""
SEVERAL_PATHS: Final = 3
"""Of how many paths failures must be that open the circuit of an origin that could be reached."""
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
    """Failures in a row as one process saw them, and when the last one was, in seconds since 1970.

    `unconnected`: of the failures, those without a connection. `paths`: of which paths they were, without queries.
    """

    failures: int
    last: float
    unconnected: int = 0
    paths: frozenset[str] = frozenset()

    def is_recent(self, now: float) -> bool:
        """Whether a failure at `now` would be one more of them. Not where the clock was set back far, either."""
        return abs(now - self.last) <= STREAK_GAP

    def opens(self, failures: int) -> bool:
        """Whether so many failures open the circuit.

        Where the origin could be reached, they must be of several paths: one URL that always fails says nothing of the
        others, and whoever knows it could take them away from everybody.
        """
        is_wide = len(self.paths) >= min(failures, SEVERAL_PATHS)
        return self.unconnected >= failures or (self.failures >= failures and is_wide)


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


def after_failure(streak: Streak | None, outcome: Outcome, path: str, now: float) -> Streak:
    """The streak with one more failure: this outcome of a request for this path."""
    if streak is None or not streak.is_recent(now):
        streak = Streak(0, now)
    return Streak(
        failures=streak.failures + 1,
        last=now,
        unconnected=streak.unconnected + isinstance(outcome, OriginUnreachable),
        paths=streak.paths | {path} if len(streak.paths) < SEVERAL_PATHS else streak.paths,
    )
