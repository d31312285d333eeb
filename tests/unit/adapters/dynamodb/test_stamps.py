"""Batches that DynamoDB does not process in one go, and answers that are none."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.domain.purging.stamps import Stamp
from brine.domain.resilience.backoff import Backoff
from brine.errors import StoreThrottled, StoreUnavailable
from brine.ports.caching import Item
from brine.ports.deadline import Deadline
from tests.support.aws_answers import json_answer
from tests.support.loopback import Loopback, answering, answering_always

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.adapters.aws.service import Aws

type AwsAt = Callable[[Loopback], Aws]

STAMP = {"pk": {"S": "t#tag:a"}, "sk": {"S": "stamp"}, "hard": {"N": "1790000000.5"}, "evict_at": {"N": "1800000000"}}
KEY = {"pk": {"S": "r#1"}, "sk": {"S": "main"}}
ITEM: dict[str, Any] = {
    **KEY,
    "envelope": {"B": "AAEC/w=="},
    "evict_at": {"N": "1900000000"},
    "generation": {"N": "7"},
    "route": {"S": ""},
    "target": {"S": ""},
    "tags": {"L": []},
}


def batch(*found: dict[str, Any], unprocessed: tuple[dict[str, Any], ...] = ()) -> bytes:
    left = {"cache": {"Keys": unprocessed, "ConsistentRead": True}} if unprocessed else {}
    return json_answer({"Responses": {"cache": found}, "UnprocessedKeys": left})


def key_of(name: str) -> dict[str, Any]:
    return {"pk": {"S": f"t#{name}"}, "sk": {"S": "stamp"}}


def requests_of(server: Loopback) -> list[dict[str, Any]]:
    return [json.loads(request.partition(b"\r\n\r\n")[2])["RequestItems"]["cache"] for request in server.requests]


@contextlib.contextmanager
def store_at(server: Loopback, aws_at: AwsAt) -> Iterator[DynamoStampStore]:
    aws = aws_at(server)
    try:
        yield DynamoStampStore(aws, "cache")
    finally:
        aws.transport.close()


def test_unprocessed_keys_are_requested_again(aws_at: AwsAt, sleeps: list[float]) -> None:
    answers = batch(STAMP, unprocessed=(KEY, key_of("tag:b"))), batch(unprocessed=(KEY,)), batch(ITEM)
    with Loopback(answering(*answers)) as server, store_at(server, aws_at) as store:
        item, stamps = store.read_with_item(["tag:a", "tag:b"], "r#1", "main", consistent=True)

    assert item == Item(envelope=b"\0\1\2\xff", evict_at=1_900_000_000, generation=7)
    assert stamps == {"tag:a": Stamp(hard=1_790_000_000.5), "tag:b": Stamp()}
    assert requests_of(server) == [
        {"Keys": [KEY, key_of("tag:a"), key_of("tag:b")], "ConsistentRead": True},
        {"Keys": [KEY, key_of("tag:b")], "ConsistentRead": True},
        {"Keys": [KEY], "ConsistentRead": True},
    ]
    assert sleeps == [0.0125, 0.025]


def test_keys_that_stay_unprocessed_are_an_error(aws_at: AwsAt, sleeps: list[float]) -> None:
    answer = batch(STAMP, unprocessed=(key_of("tag:b"),))
    with Loopback(answering_always(answer)) as server, store_at(server, aws_at) as store:
        with pytest.raises(StoreThrottled, match="unprocessed"):
            store.read(["tag:a", "tag:b"])

        assert len(server.requests) == 3
    assert len(sleeps) == 2


def test_it_is_not_asked_for_again_when_no_time_is_left_for_that(aws_at: AwsAt, sleeps: list[float]) -> None:
    with Loopback(answering_always(batch(unprocessed=(key_of("tag:b"),)))) as server:
        aws = aws_at(server)
        store = DynamoStampStore(aws, "cache", retry_policy=RetryPolicy(backoff=Backoff(10.0, 10.0)))
        with pytest.raises(StoreThrottled, match="unprocessed"):
            store.read(["tag:b"], deadline=Deadline(aws.clock() + 5.0, aws.clock))
        aws.transport.close()

        assert len(server.requests) == 1
    assert sleeps == []


@pytest.mark.parametrize(
    "answer",
    [
        json_answer({}),
        json_answer([]),
        json_answer({"Responses": []}),
        batch({**STAMP, "hard": {"S": "1"}}),
        batch({**STAMP, "soft": {"N": "soon"}}),
        batch({"hard": {"N": "1"}}),
    ],
    ids=["empty", "list", "responses", "type", "number", "no key"],
)
def test_an_answer_that_cannot_be_read_is_an_error(aws_at: AwsAt, answer: bytes) -> None:
    with (
        Loopback(answering(answer)) as server,
        store_at(server, aws_at) as store,
        pytest.raises(StoreUnavailable, match="BatchGetItem"),
    ):
        store.read(["tag:a"])
