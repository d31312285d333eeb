"""One log line and the metrics for each answer and each refresh. docs/operations.md lists them.

No line has a header, a body, a path or a query, which may carry secrets. Each answer has its own set of metrics,
because the local twin runs a function in many threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from brine.errors import PartFailed
from brine.service.diagnostics import FAULT_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.service.diagnostics import Fault
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.refresher import Refresh, RefreshOutcome

REFRESH_METRICS: Final[dict[RefreshOutcome | Literal["malformed"], str]] = {
    "refreshed": "Refreshed",
    "fresh": "RefreshNotNeeded",
    "held": "RefreshNotNeeded",
    "gone": "RefreshNotNeeded",
    "refused": "RefreshRefused",
    "failed": "RefreshFailed",
    "malformed": "RefreshMalformed",
}


class AnswerLog:
    """Writes the log and the metrics of a gateway, of an app, or of a refresher."""

    def __init__(self, logger: Logger | None = None) -> None:
        self._logger = logger or Logger()

    def answered(self, answer: Answer, request_id: str, *, seconds: float) -> None:
        """Write the line and the metrics of an answer. seconds: the time since the start of the invocation."""
        faults = [fault.for_log for fault in answer.faults]
        parts = [
            {
                "route": one.route,
                "result": one.result,
                "status": one.status,
                "milliseconds": _milliseconds(one.seconds),
                **({} if one.cause is None else {"cause": one.cause}),
            }
            for one in answer.parts
        ]
        details: dict[str, object] = {
            "request_id": request_id,
            "route": answer.route,
            "result": answer.result,
            "status": answer.response.status,
            "layer": answer.layer,
            "stored": answer.stored,
            "fwd": answer.fwd,
            "detail": None if answer.detail == answer.problem else answer.detail,
            "milliseconds": _milliseconds(seconds),
            "early_refresh": answer.early_refresh or None,
            "origin_milliseconds": None if answer.origin_time is None else _milliseconds(answer.origin_time),
            "retries": answer.retries or None,
            "problem": answer.problem,
            "cause": answer.cause,
            "parts": parts or None,
            "faults": faults or None,
        }
        self._write("answered", details, error=answer.error, is_warning=bool(faults or answer.problem))
        metrics = _metrics(answer.route, seconds, answer.origin_time, answer.retries, answer.faults)
        metrics.add_metric(answer.result.capitalize(), MetricUnit.Count, 1)
        if answer.early_refresh:
            metrics.add_metric("EarlyRefresh", MetricUnit.Count, 1)
        metrics.flush_metrics()

    def refreshed(
        self,
        made: Refresh,
        message_id: str,
        request_id: str,
        *,
        seconds: float,
        problem: str | None = None,
        error: BaseException | None = None,
    ) -> None:
        """Write the line and the metrics of a refresh. `problem`: the reason why its message cannot be read."""
        outcome: RefreshOutcome | Literal["malformed"] = "malformed" if problem is not None else made.outcome
        faults = [fault.for_log for fault in made.faults]
        details: dict[str, object] = {
            "request_id": request_id,
            "message_id": message_id,
            "route": made.route,
            "outcome": outcome,
            "problem": problem,
            "milliseconds": _milliseconds(seconds),
            "origin_milliseconds": None if made.origin_time is None else _milliseconds(made.origin_time),
            "retries": made.retries or None,
            "cause": made.cause,
            "faults": faults or None,
        }
        self._write(
            "done", details, error=error or made.error, is_warning=bool(faults) or outcome in {"failed", "malformed"}
        )
        metrics = _metrics(made.route, seconds, made.origin_time, made.retries, made.faults)
        metrics.add_metric(REFRESH_METRICS[outcome], MetricUnit.Count, 1)
        metrics.flush_metrics()

    def _write(
        self, message: str, details: dict[str, object], *, error: BaseException | None, is_warning: bool
    ) -> None:
        extra = {name: value for name, value in details.items() if value is not None}
        if isinstance(error, PartFailed):  # its route and reason are enough
            self._logger.warning(message, extra={**extra, "reason": str(error)})
        elif error is not None:
            self._logger.error(message, extra=extra, exc_info=error)
        else:
            (self._logger.warning if is_warning else self._logger.info)(message, extra=extra)


def _metrics(
    route: str | None, seconds: float, origin_time: float | None, retries: int, faults: Iterable[Fault]
) -> EphemeralMetrics:
    metrics = EphemeralMetrics()
    metrics.add_dimension("route", route or "none")
    metrics.add_metric("Latency", MetricUnit.Milliseconds, seconds * 1000)
    if origin_time is not None:
        metrics.add_metric("OriginLatency", MetricUnit.Milliseconds, origin_time * 1000)
    if retries:
        metrics.add_metric("Retries", MetricUnit.Count, retries)
    for fault in faults:
        metrics.add_metric(FAULT_METRICS[fault.kind], MetricUnit.Count, 1)
    return metrics


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
