"""The units that AWS bills for a call, read from its answer."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine.adapters.aws.call import ServiceCall
    from brine.adapters.http1.connection import RawResponse

CAPACITY_WANTED: Final = {"ReturnConsumedCapacity": "TOTAL"}
"""The parameter that makes DynamoDB name the units of a call in its answer."""

_CAPACITY = b'"CapacityUnits"'
_NUMBER = re.compile(rb"\s*:\s*([0-9]+(?:\.[0-9]+)?)")
_AT_FIRST: Final = 256  # bytes: AWS writes the members of an answer in the order of their names
_CHUNK: Final = 65_536  # bytes of a message that count as one request
_REFUSED: Final = b"ConditionalCheckFailed"


def billed_units(service: str, call: ServiceCall, answer: RawResponse) -> float:
    """Return the units of a call: capacity units of DynamoDB, requests of SQS, and 1 for the other services."""
    if service == "dynamodb":
        return _capacity_units(answer.body) if answer.status < 300 else _refused_units(call.name, answer)
    if answer.status >= 500:
        return 0.0
    if service == "sqs":
        return ceil(max(len(call.body), len(answer.body), 1) / _CHUNK)
    return 1.0


def _capacity_units(body: bytes) -> float:
    """Return the units that the answer names; 0 if it names none, as with some emulators.

    A quote inside a JSON string is escaped, so no value can look like the member.
    """
    at = body.find(_CAPACITY, 0, _AT_FIRST)
    if at < 0:
        at = body.rfind(_CAPACITY)
    found = None if at < 0 else _NUMBER.match(body, at + len(_CAPACITY))
    return 0.0 if found is None else float(found[1])


def _refused_units(operation: str, answer: RawResponse) -> float:
    """Return the units of a write whose condition failed: the least, because the error does not name them."""
    if _REFUSED not in answer.body:
        return 0.0
    if operation == "TransactWriteItems":
        return 2.0 * answer.body.count(b'"Code"')
    return 1.0
