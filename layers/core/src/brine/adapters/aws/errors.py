"""Errors that AWS answers with."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from brine.errors import StoreThrottled, StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.http1.connection import RawResponse
    from brine.errors import StoreError

_CODE = re.compile(rb"""<Code>(?P<xml>[^<]+)</Code>|"__type"\s*:\s*"(?:[^"#]*\#)?(?P<json>[^"]+)\"""", re.VERBOSE)
_PLAIN = re.compile(r"[A-Za-z0-9.]{1,80}")
_CANCELLED = "TransactionCanceledException"
_CONDITION_FAILED = frozenset({"ConditionalCheckFailed", "ConditionalCheckFailedException"})
_THROTTLES = frozenset(  # errors that may pass; the names without "Exception" are reasons of cancelled transactions
    {
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class AwsError(StoreUnavailable):
    """AWS answered with an error. `status` is the HTTP status.

    `item`: the item that failed the condition, as DynamoDB writes it, if ReturnValuesOnConditionCheckFailure gave it.
    """

    def __init__(self, message: str, code: str, status: int, item: dict[str, Any] | None = None) -> None:
        super().__init__(message, code)
        self.is_undone = status < 500
        self.status = status
        self.item = item

    @property
    def condition_failed(self) -> bool:
        """Return whether DynamoDB changed no item because a condition failed."""
        return self.code in _CONDITION_FAILED


class Oversized(StoreUnavailable):
    """The answer is larger than the caller takes."""


def error_from(operation: str, answer: RawResponse) -> StoreError:
    """Return the error in an unsuccessful answer: StoreThrottled or AwsError. Its message repeats no values."""
    code = error_code(answer)
    document = _document(answer) if code == _CANCELLED or code in _CONDITION_FAILED else {}
    if code == _CANCELLED:
        code = _reason(document)
    message = f"{operation}: {code} ({answer.status})"
    if answer.status == 429 or code in _THROTTLES:
        return StoreThrottled(message, code)
    item = document.get("Item")
    return AwsError(message, code, answer.status, item if isinstance(item, dict) else None)


def error_code(answer: RawResponse) -> str:
    """Return the name of the error from an XML or a JSON body, or "unknown"."""
    match = _CODE.search(answer.body)
    found = (match["xml"] or match["json"]) if match else b""
    code = found.decode("ascii", "replace")
    return code if _PLAIN.fullmatch(code) else "unknown"


def _document(answer: RawResponse) -> dict[str, Any]:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _reason(document: dict[str, Any]) -> str:
    """Return the reason that cancelled a transaction. A failed condition goes before the rest, a throttle after it."""
    try:
        codes = [str(reason["Code"]) for reason in document["CancellationReasons"]]
    except (KeyError, TypeError):
        return _CANCELLED
    reasons = [code for code in codes if code != "None" and _PLAIN.fullmatch(code)]
    return min(reasons, key=lambda code: (code not in _CONDITION_FAILED, code in _THROTTLES), default=_CANCELLED)
