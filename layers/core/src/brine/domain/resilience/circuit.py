"""The circuit breaker of an origin: which outcomes count as failures, and when requests stop.

A circuit is closed until an origin fails too large a share of the requests of a time, over several URLs. Then it is
open for a while, and the gateway sends the origin no request. After that it is half open: one request goes out as a
probe, after its success two, and then four. If all of them succeed, the circuit is closed; a failure opens it again.
The stored state of a circuit is the time until which it is open, its probes, and its opening, which is for operators
alone. A closed circuit is not stored.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from brine.domain.http.messages import Response
from brine.errors import OriginBudgetSpent, OriginTimeout, OriginTooLarge, OriginUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.resilience.retries import AttemptOutcome

type Health = Literal["well", "down", "unknown"]

STREAK_GAP: Final = 60.0
"""Seconds between two failures after which they are not in a row, because the older one is too long ago."""
FAIR_TIMEOUT: Final = 5.0
"""Seconds that are enough for an origin to answer. An earlier timeout is due to the gateway's own deadline."""
PROBE_WINDOW: Final = 600
"""Seconds for which a half-open circuit waits for a probe. After that it counts as closed."""
PROBES: Final = (1, 2, 4)
"""The probes of each stage of a half-open circuit. After the last stage, it is closed."""
MOST_SAMPLES: Final = 256
"""The number of requests that a process remembers for each origin."""

_REQUEST_ERRORS = frozenset({500, 501, 505, 508})


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker:
    """A route's settings: which share of the requests in `window` seconds must fail, and how long requests then stop.

    The share holds if there were at least `least_requests`, and failures of at least `least_urls` different URLs.
    """

    failure_share: float = 0.5
    window: float = 30.0
    least_requests: int = 10
    least_urls: int = 3
    open_for: float = 30.0

    @property
    def least_streak(self) -> int:
        """The number of failures that is enough if there was no success between them."""
        return (self.least_requests + 1) // 2


class Sample(NamedTuple):
    """A request with its retries, in seconds since 1970. `url`: its path without the query."""

    time: float
    url: str
    failed: bool = False
    unconnected: bool = False


class Opening(NamedTuple):
    """When a circuit opened, in seconds since 1970, and how many of the last requests had failed."""

    at: float
    failed: int
    requests: int


def new_samples() -> deque[Sample]:
    """Return an empty record of the requests to an origin, the newest last."""
    return deque(maxlen=MOST_SAMPLES)


def opens_circuit(samples: Iterable[Sample], breaker: CircuitBreaker) -> bool:
    """Return whether these requests, the newest last, open the circuit.

    Two shares must be large enough: that of the failed requests, and that of the URLs whose newest request failed. So
    neither one URL that many clients request nor many URLs with few requests open it alone. Failures without a
    connection count for any URL, because the origin itself causes them.

    An origin with little traffic is judged by less: half of `least_requests`, if all of them failed, with at most a
    minute between two.
    """
    newest = list(samples)[::-1]
    if not newest:
        return False
    now = newest[0].time
    recent = [sample for sample in newest if abs(now - sample.time) <= breaker.window]
    streak = _streak(newest)
    if len(recent) >= breaker.least_requests and _fails(recent, breaker):
        return True
    return len(streak) >= breaker.least_streak and _fails(streak, breaker)


def opening_of(samples: Iterable[Sample], breaker: CircuitBreaker) -> Opening:
    """Return the opening that these requests, the newest last, cause. There is at least one."""
    newest = list(samples)[::-1]
    now = newest[0].time
    recent = [sample for sample in newest if abs(now - sample.time) <= breaker.window]
    counted = recent if len(recent) >= breaker.least_requests else _streak(newest)
    return Opening(now, sum(sample.failed for sample in counted), len(counted))


def _streak(newest: list[Sample]) -> list[Sample]:
    """Return the failures since the last success, the newest first."""
    streak: list[Sample] = []
    for sample in takewhile(lambda sample: sample.failed, newest):
        if streak and abs(streak[-1].time - sample.time) > STREAK_GAP:
            break
        streak.append(sample)
    return streak


def _fails(samples: list[Sample], breaker: CircuitBreaker) -> bool:
    least = breaker.failure_share * len(samples)
    if sum(sample.unconnected for sample in samples) >= least:
        return True
    by_url: dict[str, bool] = {}
    for sample in samples:
        by_url.setdefault(sample.url, sample.failed)
    failing = sum(by_url.values())
    return (
        sum(sample.failed for sample in samples) >= least
        and failing >= breaker.least_urls
        and failing >= breaker.failure_share * len(by_url)
    )


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


def sample_of(outcome: AttemptOutcome, health: Literal["well", "down"], url: str, now: float) -> Sample:
    """Return the sample of a request's last outcome at `now`."""
    return Sample(now, url, health == "down", isinstance(outcome, OriginUnreachable))
