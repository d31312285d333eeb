"""One line for each answer of the exchange: log record and metrics, by channel. docs/operations.md lists them.

No line has content, a receipt or a principal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.adapters.emf.lines import NONE, latency, milliseconds
from brine.adapters.emf.settings import ERROR, INFO, WARNING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine.adapters.emf.lines import MetricLines
    from brine.domain.costs.usage import BilledCall
    from brine.service.channels.exchange_answer import ExchangeAnswer, ExchangeResult

EXCHANGE_METRICS: Final[dict[ExchangeResult, str]] = {
    "sent": "Sent",
    "repeated": "Repeated",
    "invited": "UploadInvited",
    "received": "Received",
    "empty": "ReceivedNothing",
    "acknowledged": "Acknowledged",
    "extended": "Extended",
    "problem": "Problem",
}
PROBLEM_METRICS: Final = {
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


class ExchangeLog:
    """Writes the lines of an exchange."""

    def __init__(self, lines: MetricLines) -> None:
        self._lines = lines

    def answered(
        self,
        answer: ExchangeAnswer,
        request_id: str,
        *,
        seconds: float,
        calls: Sequence[BilledCall] = (),
        error: BaseException | None = None,
    ) -> None:
        """Write the line of an answer. seconds: the time since the start of the invocation. calls: to AWS."""
        faults = [fault.for_log for fault in answer.faults]
        facts = {
            "request_id": request_id,
            "channel": answer.channel,
            "result": answer.result,
            "status": answer.response.status,
            "message_id": answer.message_id,
            "delivered": answer.delivered or None,
            "undeliverable": list(answer.undeliverable) or None,
            "removed": answer.removed or None,
            "milliseconds": milliseconds(seconds),
            "problem": answer.problem,
            "faults": faults or None,
        }
        metrics: dict[str, float] = {EXCHANGE_METRICS[answer.result]: 1, "Latency": latency(seconds)}
        if answer.problem is not None:
            metrics[PROBLEM_METRICS[answer.problem]] = 1
        counts = {
            "Delivered": answer.delivered,
            "CopyRemoved": answer.removed,
            "Undeliverable": len(answer.undeliverable),
            "StoreFault": len(faults),
        }
        metrics |= {name: count for name, count in counts.items() if count}
        is_warning = faults or answer.problem or answer.undeliverable
        level = ERROR if error is not None else WARNING if is_warning else INFO
        dimension = ("channel", answer.channel or NONE)
        self._lines.write("exchanged", level, facts, metrics, dimension, seconds=seconds, calls=calls, error=error)
