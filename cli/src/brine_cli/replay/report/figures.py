"""The figures of a replay: those of one route, or of all, with one policy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from brine_cli.costs.prices import MONTH
from brine_cli.replay.usage import usage_of, usage_without_cache

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.costs.prices import Prices
    from brine_cli.costs.usage import Usage
    from brine_cli.replay.log_summary import LogSummary
    from brine_cli.replay.tally import RouteTally

LEAST_SPAN: Final = 60.0
"""Seconds that a log must cover before its usage says something about a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Half of the values are at most `p50`, and 95% are at most `p95`. All are whole seconds."""

    p50: int
    p95: int
    max: int

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> Spread | None:
        """Return the spread of values that occur so often; None without any."""
        total, seen, found = sum(counts.values()), 0, dict[float, int]()
        for value in sorted(counts):
            seen += counts[value]
            for share in (0.5, 0.95):
                if share not in found and seen >= share * total:
                    found[share] = value
        return cls(p50=found[0.5], p95=found[0.95], max=max(counts)) if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a report. Shares are of 1, and None for a share of zero.

    `month`: the usage of a month; None if the log covers too little time. `usd`: its sum.
    `peak`: the most requests to the origin in one second; None if that is not known.
    """

    requests: int
    results: dict[str, int]
    hit_ratio: float | None
    byte_hit_ratio: float | None
    origin_calls: int
    origin_bytes: int | None
    refreshes: int
    peak: int | None
    collapsed: int
    stale: int
    staleness: Spread | None
    age: Spread | None
    changed_share: float | None
    month: Usage | None
    usd: float | None
    reasons: dict[str, int]
    refusals: dict[str, int]

    def document(self) -> dict[str, Any]:
        """Return the figures as JSON has them."""
        return asdict(self)


def figures_of(tally: RouteTally, log: LogSummary, environments: int, prices: Prices, *, fixed: bool) -> Figures:
    """Return the figures of a tally. fixed: whether the sum has the monthly price of the secret, too."""
    usage = _month(usage_of(tally, log.reading_share(environments)), log)
    size = tally.sizes.total()
    return Figures(
        requests=tally.requests,
        results={str(name): count for name, count in tally.results.items()},
        hit_ratio=_share(tally.hits, tally.requests),
        byte_hit_ratio=_share(tally.sizes["hit"] + tally.sizes["stale"], size),
        origin_calls=tally.calls,
        origin_bytes=tally.call_bytes,
        refreshes=tally.refreshes,
        peak=max(tally.calls_at.values(), default=0),
        collapsed=tally.results["collapsed"],
        stale=tally.staleness.total(),
        staleness=Spread.of(tally.staleness),
        age=Spread.of(tally.ages),
        changed_share=_share(tally.changed, tally.compared),
        month=usage,
        usd=None if usage is None else usage.usd(prices) + (prices.secret if fixed else 0.0),
        reasons=dict(tally.reasons.most_common()),
        refusals=dict(tally.refusals.most_common()),
    )


def figures_without_cache(tally: RouteTally, log: LogSummary, prices: Prices, *, is_all: bool) -> Figures:
    """Return the figures of the same requests if an HTTP API sent each to the origin itself.

    is_all: whether the tally has all requests of the log, so that the busiest second is that of the log.
    """
    usage = _month(usage_without_cache(tally), log)
    return Figures(
        requests=tally.requests,
        results={},
        hit_ratio=None,
        byte_hit_ratio=None,
        origin_calls=tally.requests,
        origin_bytes=None,
        refreshes=0,
        peak=log.peak if is_all else None,
        collapsed=0,
        stale=0,
        staleness=None,
        age=None,
        changed_share=None,
        month=usage,
        usd=None if usage is None else usage.usd(prices),
        reasons={},
        refusals={},
    )


def _month(usage: Usage, log: LogSummary) -> Usage | None:
    return usage.times(MONTH / log.span) if log.span >= LEAST_SPAN else None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
