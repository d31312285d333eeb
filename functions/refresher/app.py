"""The refresher function: it handles messages of the refresh queue, and returns the ids of those to retry."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from brine.adapters.sqs import refresh_message
from brine.bootstrap.gateway import build_refresher
from brine.errors import BadEvent
from brine.ports.deadline import Deadline
from brine.service.diagnostics import FAULT_METRICS
from brine.service.http_cache.refresher import Refresh

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from brine.service.http_cache.refresher import RefreshOutcome

METRICS: dict[RefreshOutcome | Literal["malformed"], str] = {
    "refreshed": "Refreshed",
    "fresh": "RefreshNotNeeded",
    "held": "RefreshNotNeeded",
    "gone": "RefreshNotNeeded",
    "refused": "RefreshRefused",
    "failed": "RefreshFailed",
    "malformed": "RefreshMalformed",
}

logger = Logger()
refresher = build_refresher(os.environ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The result for one message, and its duration. `problem`: the reason why the message cannot be read."""

    message_id: str
    seconds: float
    made: Refresh
    problem: str | None = None


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, object]:
    """Handle the messages of one batch in parallel, so that a slow origin does not delay the refreshes of another."""
    deadline = Deadline(time.monotonic() + context.get_remaining_time_in_millis() / 1000, time.monotonic)
    messages = event["Records"]
    with ThreadPoolExecutor(len(messages)) as threads:
        batch = list(threads.map(lambda message: take(message, deadline), messages))
    for done in batch:
        observe(done, context.aws_request_id)
    again = [done.message_id for done in batch if done.made.outcome == "failed"]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}


def take(message: dict[str, Any], deadline: Deadline) -> Done:
    """Refresh the response that one message names. A message that cannot be read is dropped: a retry would fail too."""
    began = time.monotonic()
    problem = None
    try:
        made = refresher.refresh(refresh_message.read(message["body"]), deadline)
    except BadEvent as error:
        made, problem = Refresh(outcome="gone"), str(error)
    except Exception:  # this message may be delivered again, but the other messages of the batch must not
        logger.exception("the refresher failed", extra={"message_id": message["messageId"]})
        made = Refresh(outcome="failed")
    return Done(message_id=message["messageId"], seconds=time.monotonic() - began, made=made, problem=problem)


def observe(done: Done, request_id: str) -> None:
    """Write the log line and the metrics (by route) of one message. docs/operations.md lists them.

    The log has neither the target nor a field, which may carry secrets.
    """
    made = done.made
    outcome: RefreshOutcome | Literal["malformed"] = "malformed" if done.problem is not None else made.outcome
    faults = [fault.for_log for fault in made.faults]
    details = {
        "request_id": request_id,
        "message_id": done.message_id,
        "route": made.route,
        "outcome": outcome,
        "problem": done.problem,
        "milliseconds": round(done.seconds * 1000, 1),
        "origin_milliseconds": None if made.origin_time is None else round(made.origin_time * 1000, 1),
        "retries": made.retries or None,
        "faults": faults or None,
    }
    log = logger.warning if faults or outcome in {"failed", "malformed"} else logger.info
    log("done", extra={name: value for name, value in details.items() if value is not None})

    metrics = EphemeralMetrics()
    metrics.add_dimension("route", made.route or "none")
    metrics.add_metric(METRICS[outcome], MetricUnit.Count, 1)
    metrics.add_metric("Latency", MetricUnit.Milliseconds, done.seconds * 1000)
    if made.origin_time is not None:
        metrics.add_metric("OriginLatency", MetricUnit.Milliseconds, made.origin_time * 1000)
    if made.retries:
        metrics.add_metric("Retries", MetricUnit.Count, made.retries)
    for fault in made.faults:
        metrics.add_metric(FAULT_METRICS[fault.kind], MetricUnit.Count, 1)
    metrics.flush_metrics()
