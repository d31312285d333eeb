from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.dynamodb.items import DynamoItemStore, read_attributes
from brine.errors import StoreThrottled, StoreUnavailable
from brine.ports.caching import Item
from tests.support.aws_answers import http, json_answer, json_error
from tests.support.loopback import Loopback, answering, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.aws.service import Aws

type AwsAt = Callable[[Loopback], Aws]

ATTRIBUTES: dict[str, Any] = {
    "pk": {"S": "r#1"},
    "sk": {"S": "main"},
    "envelope": {"B": "AAEC/w=="},
    "evict_at": {"N": "1900000000"},
    "generation": {"N": "7"},
    "route": {"S": "api"},
    "target": {"S": "/"},
    "tags": {"L": [{"S": "a"}, {"S": "b"}]},
}
ITEM = Item(envelope=b"\0\1\2\xff", evict_at=1_900_000_000, generation=7, route="api", target="/", tags=("a", "b"))


def read(aws_at: AwsAt, answer: bytes) -> Item | None:
    with Loopback(answering_once_and_closing(answer)) as server:
        aws = aws_at(server)
        try:
            return DynamoItemStore(aws, "cache").read("r#1", "main")
        finally:
            aws.transport.close()


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
def test_an_item_is_read_however_its_json_is_spaced(aws_at: AwsAt, separators: tuple[str, str]) -> None:
    answer = json.dumps({"ConsumedCapacity": {}, "Item": ATTRIBUTES}, separators=separators)

    assert read(aws_at, http(200, answer.encode())) == ITEM


@pytest.mark.parametrize(
    "more",
    [{"aaa": {"B": "eHh4"}}, {"B": {"S": "x"}}, {"note": {"S": '"B":"eHh4"'}}, {"list": {"L": [{"B": "eHh4"}]}}],
)
@pytest.mark.parametrize("first", [True, False])
def test_attributes_of_others_do_not_disturb(aws_at: AwsAt, more: dict[str, Any], first: bool) -> None:
    attributes = more | ATTRIBUTES if first else ATTRIBUTES | more
    answer = json.dumps({"Item": attributes}, separators=(",", ":"))

    item = read(aws_at, http(200, answer.encode()))

    assert item == ITEM


@pytest.mark.parametrize(
    "attributes",
    [
        *({name: value for name, value in ATTRIBUTES.items() if name != gone} for gone in list(ATTRIBUTES)[2:]),
        ATTRIBUTES | {"envelope": {"S": "AAEC"}},
        ATTRIBUTES | {"envelope": {"BS": ["AAEC"]}},
        ATTRIBUTES | {"envelope": {"B": "AAEC/"}},
        ATTRIBUTES | {"evict_at": {"S": "1900000000"}},
        ATTRIBUTES | {"evict_at": {"N": "19.5"}},
        ATTRIBUTES | {"generation": {"N": "1E+40"}},
        ATTRIBUTES | {"route": {"NULL": True}},
        ATTRIBUTES | {"tags": {"SS": ["a"]}},
        ATTRIBUTES | {"tags": {"L": [{"N": "1"}]}},
    ],
)
def test_an_item_that_is_not_ours_counts_as_missing(aws_at: AwsAt, attributes: dict[str, Any]) -> None:
    answer = json.dumps({"Item": attributes}, separators=(",", ":"))

    assert read(aws_at, http(200, answer.encode())) is None


@pytest.mark.parametrize("document", [{}, {"Item": {}}, {"Item": None}, [], None, "x"])
def test_no_item_is_none(aws_at: AwsAt, document: object) -> None:
    assert read(aws_at, json_answer(document)) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"Item":{"envelope":{"B":"AAEC', b'{"Item":', b"\xff"])
def test_an_answer_that_is_not_json_is_a_failure(aws_at: AwsAt, body: bytes) -> None:
    with pytest.raises(StoreUnavailable):
        read(aws_at, http(200, body))


def test_a_table_that_is_not_there_is_a_failure(aws_at: AwsAt) -> None:
    with pytest.raises(StoreUnavailable, match="GetItem: ResourceNotFoundException"):
        read(aws_at, json_error("ResourceNotFoundException"))


def test_throttling_shows(aws_at: AwsAt) -> None:
    with Loopback(answering_always(json_error("ThrottlingException"))) as server:
        aws = aws_at(server)
        with pytest.raises(StoreThrottled, match="PutItem: ThrottlingException"):
            DynamoItemStore(aws, "cache").write("r#1", "main", ITEM)
        aws.transport.close()


def test_reads_take_the_cheaper_consistency_and_ask_for_the_units(aws_at: AwsAt) -> None:
    with Loopback(answering_once_and_closing(json_answer({}))) as server:
        aws = aws_at(server)
        DynamoItemStore(aws, "cache").read("r#1", "main")
        aws.transport.close()

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert b"x-amz-target: DynamoDB_20120810.GetItem" in head
    assert json.loads(body) == {
        "TableName": "cache",
        "Key": {"pk": {"S": "r#1"}, "sk": {"S": "main"}},
        "ReturnConsumedCapacity": "TOTAL",
    }


def test_a_consistent_read_is_asked_for(aws_at: AwsAt) -> None:
    with Loopback(answering_once_and_closing(json_answer({"Item": ATTRIBUTES}))) as server:
        aws = aws_at(server)
        assert DynamoItemStore(aws, "cache").read("r#1", "main", consistent=True) == ITEM
        aws.transport.close()

    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2])["ConsistentRead"] is True


def test_a_write_in_the_way_of_a_transaction_is_tried_again(aws_at: AwsAt) -> None:
    with Loopback(answering(json_error("TransactionConflictException"), json_answer({}))) as server:
        aws = aws_at(server)
        DynamoItemStore(aws, "cache").write("r#1", "main", ITEM)
        aws.transport.close()

    assert len(server.requests) == 2


def test_the_attributes_of_an_answer_are_found_by_their_name() -> None:
    assert read_attributes("Item", "GetItem", b'{"Item": {"pk": {"S": "a"}}}') == {"pk": {"S": "a"}}
    assert read_attributes("Item", "GetItem", b"{}") is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"1", b'{"Item": 1}', b'{"Item": []}'])
def test_an_answer_without_readable_attributes_is_a_failure(body: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="GetItem: an answer that is not"):
        read_attributes("Item", "GetItem", body)
