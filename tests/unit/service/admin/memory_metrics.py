"""Metrics in memory, as CloudWatch has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brine.ports.admin import MetricQuery, MetricSeries
    from brine.ports.deadline import Deadline


class MemoryMetrics:
    """The MetricReader port. figures: of each metric and statistic, by the beginning of a period."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, str], dict[int, float]] = {}
        self.asked: list[tuple[dict[str, str], int, int]] = []
        self.periods: set[int] = set()
        self.is_there = True

    def read(
        self,
        queries: Sequence[MetricQuery],
        dimensions: Mapping[str, str],
        *,
        begin: int,
        end: int,
        deadline: Deadline | None = None,
    ) -> list[MetricSeries]:
        if not self.is_there:
            raise StoreUnavailable("GetMetricData: AccessDenied (403)")
        self.asked.append((dict(dimensions), begin, end))
        self.periods = {query.period for query in queries}
        return [self.figures.get((query.name, query.statistic), {}) for query in queries]
