"""The figures of a set of requests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from brine_cli.live.stats.histogram import Histogram

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.live.record import RequestRecord

QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(slots=True)
class OriginTally:
    """The calls to the origin of one route, and the waits for it. slowest: the longest wait in seconds."""

    calls: int = 0
    slowest: float = 0.0
    waits: Histogram = field(default_factory=Histogram)

    def add(self, calls: int, seconds: float) -> None:
        """Count the calls of one request, which took so many seconds together."""
        self.calls += calls
        self.slowest = max(self.slowest, seconds)
        self.waits.add(seconds)


@dataclass(slots=True)
class Tally:
    """Counts, and distributions of times. answered: the requests that a gateway answered from the cache or an origin.

    The hit ratio is the share of hits among these: problems, and answers of other functions, do not count.
    """

    requests: int = 0
    answered: int = 0
    hits: int = 0
    origin_calls: int = 0
    bytes: int = 0
    results: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    total: Histogram = field(default_factory=Histogram)
    origin: Histogram = field(default_factory=Histogram)

    def add(self, record: RequestRecord) -> None:
        """Count one request."""
        self.requests += 1
        self.bytes += record.bytes
        self.statuses[record.status] += 1
        self.total.add(record.seconds)
        self.origin_calls += record.origin_calls
        if record.origin_seconds is not None:
            self.origin.add(record.origin_seconds)
        if record.result is not None:
            self.results[record.result] += 1
            if record.result not in {"problem", "refused"}:
                self.answered += 1
                self.hits += record.is_hit

    @classmethod
    def of(cls, parts: Iterable[Tally]) -> Self:
        """Return the sum of several tallies."""
        total, together = cls(), tuple(parts)
        for part in together:
            total.requests += part.requests
            total.answered += part.answered
            total.hits += part.hits
            total.origin_calls += part.origin_calls
            total.bytes += part.bytes
            total.results.update(part.results)
            total.statuses.update(part.statuses)
        total.total = Histogram.of(part.total for part in together)
        total.origin = Histogram.of(part.origin for part in together)
        return total

    def as_json(self, seconds: float) -> dict[str, Any]:
        """Return the figures for JSON. seconds: how long the requests were counted. Times are in seconds."""
        return {
            "seconds": round(seconds, 3),
            "requests": self.requests,
            "requests_per_second": round(self.requests / seconds, 3) if seconds > 0 else 0.0,
            "answered": self.answered,
            "hits": self.hits,
            "hit_ratio": round(self.hits / self.answered, 4) if self.answered else None,
            "origin_calls": self.origin_calls,
            "bytes": self.bytes,
            "results": dict(self.results.most_common()),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "total_seconds": quantiles(self.total),
            "origin_seconds": quantiles(self.origin),
        }


def quantiles(times: Histogram) -> dict[str, float | None]:
    """Return the quantiles of a distribution in seconds, by name; None without any duration."""
    found = {name: times.quantile(share) for name, share in QUANTILES.items()}
    return {name: None if value is None else round(value, 6) for name, value in found.items()}
