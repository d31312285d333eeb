"""One line for each answer and each refresh: log record and metrics. docs/operations.md lists them.

No line has a header, a body, a path or a query, which may carry secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from brine.adapters.emf.lines import NONE, latency, milliseconds
from brine.adapters.emf.settings import ERROR, INFO, WARNING
from brine.errors import PartFailed
from brine.service.diagnostics import FAULT_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brine.adapters.emf.lines import MetricLines
    from brine.domain.costs.usage import BilledCall
    from brine.service.diagnostics import Fault
    from brine.service.http_cache.answer import Answer, Result
    from brine.service.http_cache.refresher import Refresh, RefreshOutcome
    from brine.service.transaction import PartReport

RESULT_METRICS: Final[dict[Result, str]] = {
    "hit": "Hit",
    "stale": "Stale",
    "collapsed": "Collapsed",
    "miss": "Miss",
    "validated": "Validated",
    "pass": "Pass",
    "refused": "Refused",
    "problem": "Problem",
}
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
    """Writes the lines of a gateway, of an app, or of a refresher."""

    def __init__(self, lines: MetricLines) -> None:
        self._lines = lines

    def answered(self, answer: Answer, request_id: str, *, seconds: float, calls: Sequence[BilledCall] = ()) -> None:
        """Write the line of an answer. seconds: the time since the start of the invocation. calls: to AWS."""
        faults = answer.faults
        facts: dict[str, object] = {
            "request_id": request_id,
            "route": answer.route,
            "result": answer.result,
            "status": answer.response.status,
            "layer": answer.layer,
            "stored": answer.stored,
            "fwd": answer.fwd,
            "detail": None if answer.detail == answer.problem else answer.detail,
            "milliseconds": milliseconds(seconds),
            "early_refresh": answer.early_refresh or None,
            "origin_milliseconds": None if answer.origin_time is None else milliseconds(answer.origin_time),
            "retries": answer.retries or None,
            "problem": answer.problem,
            "cause": answer.cause,
            "parts": [_part(one) for one in answer.parts] if answer.parts else None,
            "faults": [fault.for_log for fault in faults] if faults else None,
        }
        metrics: dict[str, float] = {RESULT_METRICS[answer.result]: 1}
        if answer.early_refresh:
            metrics["EarlyRefresh"] = 1
        _measure(metrics, seconds, answer.origin_time, answer.retries, faults)
        level, error = _severity(answer.error, facts, is_warning=bool(faults or answer.problem))
        dimension = ("route", answer.route or NONE)
        self._lines.write("answered", level, facts, metrics, dimension, seconds=seconds, calls=calls, error=error)

    def refreshed(
        self,
        made: Refresh,
        message_id: str,
        request_id: str,
        *,
        seconds: float,
        calls: Sequence[BilledCall] = (),
        batch: int = 1,
        problem: str | None = None,
        error: BaseException | None = None,
    ) -> None:
        """Write the line of a refresh.

        batch: the number of messages that share the invocation. problem: the reason why the message cannot be read.
        """
        outcome: RefreshOutcome | Literal["malformed"] = "malformed" if problem is not None else made.outcome
        faults = made.faults
        facts: dict[str, object] = {
            "request_id": request_id,
            "message_id": message_id,
            "route": made.route,
            "outcome": outcome,
            "problem": problem,
            "milliseconds": milliseconds(seconds),
            "origin_milliseconds": None if made.origin_time is None else milliseconds(made.origin_time),
            "retries": made.retries or None,
            "cause": made.cause,
            "faults": [fault.for_log for fault in faults] if faults else None,
        }
        metrics: dict[str, float] = {REFRESH_METRICS[outcome]: 1}
        _measure(metrics, seconds, made.origin_time, made.retries, faults)
        is_warning = bool(faults) or outcome in {"failed", "malformed"}
        level, error = _severity(error or made.error, facts, is_warning=is_warning)
        self._lines.write(
            "done",
            level,
            facts,
            metrics,
            ("route", made.route or NONE),
            seconds=seconds,
            calls=calls,
            share=batch,
            error=error,
        )


def _severity(
    error: BaseException | None, facts: dict[str, object], *, is_warning: bool
) -> tuple[int, BaseException | None]:
    """Return the level of a line, and the error that needs a traceback. The reason of a failed part is enough."""
    if isinstance(error, PartFailed):
        facts["reason"] = str(error)
        return WARNING, None
    if error is not None:
        return ERROR, error
    return (WARNING if is_warning else INFO), None


def _measure(
    metrics: dict[str, float], seconds: float, origin_time: float | None, retries: int, faults: Iterable[Fault]
) -> None:
    """Add the metrics that answers and refreshes have."""
    metrics["Latency"] = latency(seconds)
    if origin_time is not None:
        metrics["OriginLatency"] = latency(origin_time)
    if retries:
        metrics["Retries"] = retries
    for fault in faults:
        name = FAULT_METRICS[fault.kind]
        metrics[name] = metrics.get(name, 0) + 1


def _part(one: PartReport) -> dict[str, object]:
    cause = {} if one.cause is None else {"cause": one.cause}
    seconds = milliseconds(one.seconds)
    return {"route": one.route, "result": one.result, "status": one.status, "milliseconds": seconds, **cause}
