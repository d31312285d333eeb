"""The figures about the requests to a deployed gateway: hit ratio, calls to origins, times, faults and cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.errors import StoreError
from brine.ports.admin import MetricQuery
from brine.ports.deadline import Deadline
from brine.service.admin.api.argument import Argument, names_of
from brine.service.admin.arguments import Arguments, invalid
from brine.service.problems import STORE_UNAVAILABLE, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from brine.ports.admin import MetricReader, MetricSeries

STATS_ARGUMENTS: Final = (
    Argument("window", "duration", "The time before now, from 5m to 15d. The default is 1h."),
    Argument("route", "text", "Only the requests to this route of the gateway."),
)
SERVICE: Final = "gateway"
"""The value of the dimension `service`."""
RESULTS: Final = ("Hit", "Stale", "Collapsed", "Validated", "Miss", "Pass", "Refused", "Problem")
HITS: Final = frozenset({"Hit", "Stale", "Collapsed"})
_ANSWERED: Final = frozenset(RESULTS) - {"Refused", "Problem"}
FAULTS: Final = (
    "StoreFault",
    "CircuitOpen",
    "BudgetSpent",
    "CredentialsFailed",
    "InvalidationFault",
    "EnvelopeRefused",
)
_SHORTEST, _LONGEST, _USUAL = 300, 15 * 86_400, 3600
_MOST_PERIODS: Final = 60
_MINUTE: Final = 60
_SECONDS: Final = 20.0
_QUANTILES: Final = ("p50", "p95", "p99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Reads the figures from the metrics of the gateway. clock: seconds since 1970. monotonic: seconds."""

    metrics: MetricReader
    clock: Callable[[], float]
    monotonic: Callable[[], float]

    def document(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """Return the figures for these parameters of a query, as a document for JSON. Raises Problem."""
        given = Arguments(parameters, names_of(STATS_ARGUMENTS))
        wanted, route = given.duration("window"), given.text("route")
        window = _USUAL if wanted is None else int(wanted)
        if not _SHORTEST <= window <= _LONGEST:
            raise invalid(f"window is {wanted:g} s. Write a duration from 5m to 15d.")
        period = -(-window // (_MOST_PERIODS * _MINUTE)) * _MINUTE
        end = -(-int(self.clock()) // period) * period  # the last period is not over yet
        begin = end - -(-window // period) * period
        sums = [MetricQuery(name, "Sum", period) for name in (*RESULTS, *FAULTS, "CostMicroUsd")]
        calls = MetricQuery("OriginLatency", "SampleCount", period)
        times = [MetricQuery("Latency", quantile, end - begin) for quantile in _QUANTILES]
        waits = [MetricQuery("OriginLatency", quantile, end - begin) for quantile in _QUANTILES]
        queries = [*sums, calls, *times, *waits]
        dimensions = {"service": SERVICE} | ({} if route is None else {"route": route})
        try:
            deadline = Deadline(self.monotonic() + _SECONDS, self.monotonic)
            found = self.metrics.read(queries, dimensions, begin=begin, end=end, deadline=deadline)
        except StoreError as error:
            raise Problem(STORE_UNAVAILABLE, f"CloudWatch did not answer: {error}. Try again.") from error
        series = dict(zip(queries, found, strict=True))
        totals = {query.name: sum(series[query].values()) for query in sums}
        spans = range(begin, end, period)
        return {
            "at": end,
            "window": end - begin,
            "period": period,
            "route": route,
            **_totals(totals, end - begin),
            "origin_calls": round(sum(series[calls].values())),
            "total_seconds": _quantiles(times, series),
            "origin_seconds": _quantiles(waits, series),
            "usd": round(totals["CostMicroUsd"] / 1e6, 6) if series[sums[-1]] else None,
            "series": {
                "requests": _each(spans, (series[one] for one in sums if one.name in RESULTS)),
                "answered": _each(spans, (series[one] for one in sums if one.name in _ANSWERED)),
                "hits": _each(spans, (series[one] for one in sums if one.name in HITS)),
                "origin_calls": _each(spans, (series[calls],)),
            },
        }


def _totals(totals: Mapping[str, float], window: int) -> dict[str, object]:
    requests = sum(totals[name] for name in RESULTS)
    answered = sum(totals[name] for name in _ANSWERED)
    hits = sum(totals[name] for name in HITS)
    return {
        "requests": round(requests),
        "requests_per_second": round(requests / window, 3),
        "answered": round(answered),
        "hits": round(hits),
        "hit_ratio": round(hits / answered, 4) if answered else None,
        "results": {name.lower(): round(totals[name]) for name in RESULTS},
        "faults": {name: round(totals[name]) for name in FAULTS},
    }


def _quantiles(queries: Sequence[MetricQuery], series: Mapping[MetricQuery, MetricSeries]) -> dict[str, float | None]:
    """Return seconds by name. CloudWatch may divide the window in two: then it is the larger figure."""
    return {
        query.statistic: round(max(series[query].values()) / 1000, 6) if series[query] else None for query in queries
    }


def _each(spans: range, series: Iterable[MetricSeries]) -> list[int]:
    """Return the sum of these series in each period."""
    found = tuple(series)
    return [round(sum(one.get(begin, 0.0) for one in found)) for begin in spans]
