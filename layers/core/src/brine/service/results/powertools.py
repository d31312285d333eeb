"""A log record and metrics for each event of a results cache, by Powertools for AWS Lambda.

The caller passes the objects of Powertools, so this package does not import it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

from brine.service.diagnostics import FAULT_METRICS

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.service.results.call import CacheEvent, CallOutcome

OUTCOME_METRICS: Final[dict[CallOutcome, str]] = {
    "hit": "Hit",
    "stale": "Stale",
    "collapsed": "Collapsed",
    "miss": "Miss",
    "failed": "Failed",
    "refreshed": "Refreshed",
    "not-needed": "RefreshNotNeeded",
    "refresh-refused": "RefreshRefused",
    "refresh-failed": "RefreshFailed",
    "refresh-malformed": "RefreshMalformed",
}
_FAILURES: Final = {"failed", "refresh-failed", "refresh-malformed"}


class EventLogger(Protocol):
    """The part of Powertools' Logger, and of the standard library's, that is used."""

    def info(self, msg: Any, *, extra: dict[str, object]) -> None:
        """Write a record of the level INFO."""

    def warning(self, msg: Any, *, extra: dict[str, object]) -> None:
        """Write a record of the level WARNING."""


class EventMetrics(Protocol):
    """The part of Powertools' EphemeralMetrics that is used."""

    def add_dimension(self, name: str, value: str) -> None:
        """Add a dimension to the metrics up to the next flush."""

    def add_metric(self, name: str, unit: Any, value: float) -> None:
        """Add a value to a metric."""

    def flush_metrics(self) -> None:
        """Write the metrics to the log."""

    def clear_metrics(self) -> None:
        """Drop the metrics and dimensions that were not flushed."""


def powertools_observer(logger: EventLogger, metrics: EventMetrics) -> Callable[[CacheEvent], None]:
    """Return an `observe` for a cache: it writes one log record and the metrics of each event.

    metrics: an `EphemeralMetrics()` of its own. The observer flushes it after each event, and the dimension `cache`
    holds the name of the cache. docs/operations.md lists the metrics. Threads may share the observer.
    """
    lock = threading.Lock()

    def observe(event: CacheEvent) -> None:
        _log(logger, event)
        with lock:
            _count(metrics, event)

    return observe


def _log(logger: EventLogger, event: CacheEvent) -> None:
    faults = [fault.for_log for fault in event.faults]
    details: dict[str, object | None] = {
        "cache": event.cache or None,
        "function": event.function,
        "outcome": event.outcome,
        "layer": event.layer,
        "stored": event.stored,
        "refresh_requested": event.refresh_requested or None,
        "milliseconds": None if event.compute_time is None else round(event.compute_time * 1000, 1),
        "faults": faults or None,
    }
    write = logger.warning if faults or event.outcome in _FAILURES else logger.info
    write("results cache", extra={name: value for name, value in details.items() if value is not None})


def _count(metrics: EventMetrics, event: CacheEvent) -> None:
    metrics.add_dimension("cache", event.cache or "none")
    metrics.add_metric(OUTCOME_METRICS[event.outcome], "Count", 1)
    if event.compute_time is not None:
        metrics.add_metric("ComputeLatency", "Milliseconds", event.compute_time * 1000)
    if event.refresh_requested:
        metrics.add_metric("RefreshRequested", "Count", 1)
    for fault in event.faults:
        if fault.kind == "refresh":
            continue  # the outcome counts it
        metrics.add_metric(FAULT_METRICS[fault.kind], "Count", 1)
    metrics.flush_metrics()
    metrics.clear_metrics()  # a disabled Powertools flushes nothing, and keeps it
