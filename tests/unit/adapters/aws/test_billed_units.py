"""The units of each call are read from the answer, and every attempt is noted."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.s3_bucket import S3Bucket
from brine.adapters.aws.service import Service
from brine.adapters.dynamodb.items import DynamoItemStore
from brine.domain.costs.usage import BilledCall
from brine.errors import StoreError
from brine.ports.billed_calls import current_calls
from tests.support.aws_answers import http, json_answer, json_error, xml_error
from tests.support.loopback import Loopback, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.adapters.aws.service import Aws

    type AwsAt = Callable[[Loopback], Aws]

DIGEST = bytes(32)
CAPACITY = {"CapacityUnits": 3.5, "TableName": "cache"}
REFUSED = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"}
CANCELLED = {
    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "CancellationReasons": [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}],
}
CONFLICT = CANCELLED | {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}


@contextmanager
def counted() -> Iterator[list[BilledCall]]:
    calls: list[BilledCall] = []
    token = current_calls.set(calls)
    try:
        yield calls
    finally:
        current_calls.reset(token)


def called(aws_at: AwsAt, service: str, operation: str, *answers: bytes, body: str = "") -> list[BilledCall]:
    """The calls that are noted when an operation gets these answers."""
    with Loopback(answering(*answers)) as server, counted() as calls:
        aws = aws_at(server)
        api = JsonApi(Service(aws, service, RetryPolicy()), "Target", "1.0", 1_000_000)
        with suppress(StoreError):
            api.call(operation, {"Text": body})
        aws.transport.close()
    return calls


LONG = {"Item": {"envelope": {"B": "A" * 5_000}}}


@pytest.mark.parametrize(
    ("operation", "document", "units"),
    [
        ("GetItem", {"ConsumedCapacity": CAPACITY, **LONG}, 3.5),
        ("GetItem", {**LONG, "ConsumedCapacity": CAPACITY}, 3.5),
        ("BatchGetItem", {"ConsumedCapacity": [CAPACITY], "Responses": {}}, 3.5),
        ("TransactWriteItems", {"ConsumedCapacity": [CAPACITY | {"WriteCapacityUnits": 3.5}]}, 3.5),
        ("UpdateItem", {"ConsumedCapacity": {"CapacityUnits": 1}}, 1.0),
        ("UpdateItem", {}, 0.0),
        ("GetItem", {"Item": {"target": {"S": '"CapacityUnits":9'}}}, 0.0),
    ],
)
def test_dynamodb_names_the_units(aws_at: AwsAt, operation: str, document: dict[str, Any], units: float) -> None:
    assert called(aws_at, "dynamodb", operation, json_answer(document)) == [BilledCall(operation, units)]


def test_compact_json_is_read_too(aws_at: AwsAt) -> None:
    answer = http(200, json.dumps({"ConsumedCapacity": CAPACITY}, separators=(",", ":")).encode())
    assert called(aws_at, "dynamodb", "GetItem", answer) == [BilledCall("GetItem", 3.5)]


@pytest.mark.parametrize(
    ("operation", "document", "units"),
    [("UpdateItem", REFUSED, 1.0), ("TransactWriteItems", CANCELLED, 4.0), ("TransactWriteItems", CONFLICT, 0.0)],
)
def test_a_refused_write_counts_the_least_that_it_can_cost(
    aws_at: AwsAt, operation: str, document: dict[str, Any], units: float
) -> None:
    calls = called(aws_at, "dynamodb", operation, *[json_answer(document, 400)] * 3)
    assert set(calls) == {BilledCall(operation, units)}


def test_each_attempt_is_noted(aws_at: AwsAt) -> None:
    answers = (json_error("ThrottlingException"), json_error("InternalServerError", 500))
    calls = called(aws_at, "dynamodb", "PutItem", *answers, json_answer({"ConsumedCapacity": CAPACITY}))
    assert calls == [BilledCall("PutItem", 0.0), BilledCall("PutItem", 0.0), BilledCall("PutItem", 3.5)]


def test_an_attempt_without_an_answer_is_noted(aws_at: AwsAt) -> None:
    assert set(called(aws_at, "sqs", "SendMessage", b"no HTTP\r\n\r\n")) == {BilledCall("SendMessage", 0.0)}


@pytest.mark.parametrize(("size", "units"), [(0, 1.0), (60_000, 1.0), (66_000, 2.0), (200_000, 4.0)])
def test_sqs_counts_each_64_kb_as_a_request(aws_at: AwsAt, size: int, units: float) -> None:
    assert called(aws_at, "sqs", "SendMessage", json_answer({}), body="x" * size) == [BilledCall("SendMessage", units)]


def test_requests_to_s3_count_unless_s3_failed(aws_at: AwsAt) -> None:
    answers = (http(200, b"x"), xml_error("NoSuchKey", 404), xml_error("SlowDown", 503), http(200, b""))
    with Loopback(answering(*answers)) as server, counted() as calls:
        aws = aws_at(server)
        bucket = S3Bucket(aws, "bodies", RetryPolicy())
        assert (bucket.get("a", 10), bucket.get("b", 10)) == (b"x", None)
        bucket.put("c", b"", DIGEST)
        aws.transport.close()
    assert calls == [*[BilledCall("GetObject", 1.0)] * 2, BilledCall("PutObject", 0.0), BilledCall("PutObject", 1.0)]


def test_calls_outside_of_a_request_are_not_noted(aws_at: AwsAt) -> None:
    with Loopback(answering(json_answer({}))) as server:
        aws = aws_at(server)
        assert DynamoItemStore(aws, "cache").read("r#1", "main") is None
        aws.transport.close()
    assert current_calls.get() is None
