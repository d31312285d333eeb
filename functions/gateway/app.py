"""The gateway function: it answers HTTP events from the cache or from an origin, and writes a log line and metrics."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from brine.adapters.lambda_http import Incoming, read, room, write
from brine.bootstrap.gateway import build_gateway
from brine.domain.http.messages import Request
from brine.errors import AnswerTooLarge, BadEvent
from brine.ports.deadline import Deadline
from brine.service.diagnostics import FAULT_METRICS
from brine.service.problems import ANSWER_TOO_LARGE, EVENT_INVALID, INTERNAL, problem_answer, replaced_by_problem

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from brine.service.http_cache.answer import Answer

UNREAD = Incoming(request=Request(method="GET", path="/"), source="http-api-v2")

logger = Logger()
gateway = build_gateway(os.environ)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, object]:
    """Answer one event of an HTTP API, a REST API, a load balancer or a function URL."""
    began = time.monotonic()
    deadline = Deadline(began + context.get_remaining_time_in_millis() / 1000, time.monotonic)
    incoming = UNREAD
    try:
        incoming = read(event)
        answer = gateway.serve(incoming.request, deadline, room=room(incoming), account=incoming.account)
        answer, result = written(answer, incoming)
    except BadEvent as error:
        answer = problem_answer(EVENT_INVALID, str(error))
        result = write(answer.response, incoming)
    except Exception:  # for any error, the client gets a problem and the log gets the traceback
        logger.exception("the gateway failed", request_id=context.aws_request_id)
        answer = problem_answer(INTERNAL)
        result = write(answer.response, incoming)
    observe(answer, context.aws_request_id, seconds=time.monotonic() - began)
    return result


def written(answer: Answer, incoming: Incoming) -> tuple[Answer, dict[str, object]]:
    """Return the answer and the result for Lambda. An answer that is too large is replaced by a problem."""
    try:
        return answer, write(answer.response, incoming)
    except AnswerTooLarge as error:
        answer = replaced_by_problem(answer, ANSWER_TOO_LARGE, str(error))
        return answer, write(answer.response, incoming)


def observe(answer: Answer, request_id: str, *, seconds: float) -> None:
    """Write the log line and the metrics (by route) of an answer. docs/operations.md lists them.

    seconds: the time since the start of the invocation.

    The log has no header, body, path or query, which may carry secrets. Each answer has its own set of metrics, because
    the local twin runs this function in many threads.
    """
    faults = [fault.for_log for fault in answer.faults]
    details = {
        "request_id": request_id,
        "route": answer.route,
        "result": answer.result,
        "status": answer.response.status,
        "layer": answer.layer,
        "stored": answer.stored,
        "milliseconds": round(seconds * 1000, 1),
        "early_refresh": answer.early_refresh or None,
        "origin_milliseconds": None if answer.origin_time is None else round(answer.origin_time * 1000, 1),
        "retries": answer.retries or None,
        "problem": answer.problem,
        "faults": faults or None,
    }
    log = logger.warning if faults or answer.problem else logger.info
    log("answered", extra={name: value for name, value in details.items() if value is not None})

    metrics = EphemeralMetrics()
    metrics.add_dimension("route", answer.route or "none")
    metrics.add_metric(answer.result.capitalize(), MetricUnit.Count, 1)
    metrics.add_metric("Latency", MetricUnit.Milliseconds, seconds * 1000)
    if answer.origin_time is not None:
        metrics.add_metric("OriginLatency", MetricUnit.Milliseconds, answer.origin_time * 1000)
    if answer.retries:
        metrics.add_metric("Retries", MetricUnit.Count, answer.retries)
    if answer.early_refresh:
        metrics.add_metric("EarlyRefresh", MetricUnit.Count, 1)
    for fault in answer.faults:
        metrics.add_metric(FAULT_METRICS[fault.kind], MetricUnit.Count, 1)
    metrics.flush_metrics()
