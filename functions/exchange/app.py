"""The exchange function: it sends and receives messages of channels, and writes a log line and metrics of each."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from brine.adapters.lambda_http import Incoming, read, write
from brine.bootstrap.channels import build_exchange
from brine.domain.http.messages import Request
from brine.errors import AnswerTooLarge, BadEvent
from brine.ports.deadline import Deadline
from brine.service.channels.exchange_answer import ExchangeAnswer
from brine.service.problems import ANSWER_TOO_LARGE, EVENT_INVALID, INTERNAL, problem_response

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from brine.service.channels.exchange_answer import ExchangeResult
    from brine.service.problems import ProblemType

UNREAD = Incoming(request=Request(method="GET", path="/"), source="http-api-v2")

RESULT_METRICS: dict[ExchangeResult, str] = {
    "sent": "Sent",
    "repeated": "Repeated",
    "invited": "UploadInvited",
    "received": "Received",
    "empty": "ReceivedNothing",
    "acknowledged": "Acknowledged",
    "extended": "Extended",
    "problem": "Problem",
}
PROBLEM_METRICS = {
    "channel-unknown": "ChannelUnknown",
    "principal-missing": "PrincipalMissing",
    "sender-refused": "SenderRefused",
    "parameter-invalid": "ParameterInvalid",
    "format-unsupported": "FormatUnsupported",
    "format-unacceptable": "FormatUnacceptable",
    "content-invalid": "ContentInvalid",
    "content-too-large": "ContentTooLarge",
    "type-refused": "TypeRefused",
    "message-tampered": "MessageTampered",
    "message-wrong-channel": "MessageWrongChannel",
    "message-expired": "MessageExpired",
    "message-premature": "MessagePremature",
    "message-being-sent": "MessageBeingSent",
    "key-retired": "KeyRetired",
    "expiry-missing": "ExpiryMissing",
    "expiry-too-far": "ExpiryTooFar",
    "claim-invalid": "ClaimInvalid",
    "claim-missing": "ClaimMissing",
    "receipt-invalid": "ReceiptInvalid",
    "receipt-expired": "ReceiptExpired",
    "queue-unavailable": "QueueUnavailable",
    "store-unavailable": "StoreUnavailable",
    "route-unknown": "RouteUnknown",
    "event-invalid": "EventInvalid",
    "answer-too-large": "AnswerTooLarge",
    "internal": "Internal",
}

logger = Logger()
exchange = build_exchange(os.environ)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, object]:
    """Answer one event of an HTTP API. All its routes use the authorizer AWS_IAM."""
    began = time.monotonic()
    deadline = Deadline(began + context.get_remaining_time_in_millis() / 1000, time.monotonic)
    incoming = UNREAD
    try:
        incoming = read(event)
        answer = exchange.serve(incoming.request, deadline, account=incoming.account)
        result = write(answer.response, incoming)
    except (BadEvent, AnswerTooLarge) as error:
        answer = failed(EVENT_INVALID if isinstance(error, BadEvent) else ANSWER_TOO_LARGE, str(error))
        result = write(answer.response, incoming)
    except Exception:  # for any error, the client gets a problem and the log gets the traceback
        logger.exception("the exchange failed", request_id=context.aws_request_id)
        answer = failed(INTERNAL)
        result = write(answer.response, incoming)
    observe(answer, context.aws_request_id, seconds=time.monotonic() - began)
    return result


def failed(kind: ProblemType, detail: str | None = None) -> ExchangeAnswer:
    """Return the answer to a request that failed with this kind of problem."""
    return ExchangeAnswer(response=problem_response(kind, detail), result="problem", problem=kind.name)


def observe(answer: ExchangeAnswer, request_id: str, *, seconds: float) -> None:
    """Write the log line and the metrics (by channel) of an answer. docs/operations.md lists them.

    seconds: the time since the start of the invocation.

    The log has no content, receipts or principals.
    """
    faults = [fault.for_log for fault in answer.faults]
    details = {
        "request_id": request_id,
        "channel": answer.channel,
        "result": answer.result,
        "status": answer.response.status,
        "message_id": answer.message_id,
        "delivered": answer.delivered or None,
        "undeliverable": list(answer.undeliverable) or None,
        "removed": answer.removed or None,
        "milliseconds": round(seconds * 1000, 1),
        "problem": answer.problem,
        "faults": faults or None,
    }
    log = logger.warning if faults or answer.problem or answer.undeliverable else logger.info
    log("exchanged", extra={name: value for name, value in details.items() if value is not None})

    metrics = EphemeralMetrics()
    metrics.add_dimension("channel", answer.channel or "none")
    metrics.add_metric(RESULT_METRICS[answer.result], MetricUnit.Count, 1)
    metrics.add_metric("Latency", MetricUnit.Milliseconds, seconds * 1000)
    if answer.problem is not None:
        metrics.add_metric(PROBLEM_METRICS[answer.problem], MetricUnit.Count, 1)
    if answer.delivered:
        metrics.add_metric("Delivered", MetricUnit.Count, answer.delivered)
    if answer.removed:
        metrics.add_metric("CopyRemoved", MetricUnit.Count, answer.removed)
    if answer.undeliverable:
        metrics.add_metric("Undeliverable", MetricUnit.Count, len(answer.undeliverable))
    if faults:
        metrics.add_metric("StoreFault", MetricUnit.Count, len(faults))
    metrics.flush_metrics()
