from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.aws.errors import AwsError
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.errors import StoreThrottled, StoreUnavailable
from brine.ports.caching import Held, Item, Lease
from tests.support.aws_answers import http, json_answer, json_error
from tests.support.loopback import Loopback, answering, answering_always

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.adapters.aws.service import Aws
    from brine.ports.caching import Ending
    from tests.support.loopback import Peer

    type AwsAt = Callable[[Loopback], Aws]

LEASE = Lease("r#1", "me", 7, 110.5)
ITEM = Item(envelope=b"\0\1\2\xff", evict_at=1_900_000_000, generation=7)
MINE = {"owner": {"S": "me"}, "token": {"N": "7"}, "lease_expires_at": {"N": "110.5"}, "evict_at": {"N": "604910"}}
THEIRS = MINE | {"owner": {"S": "them"}}
CONFLICT = "TransactionConflict"


def condition_failed(item: object) -> bytes:
    document = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "secret"}
    return json_answer(document if item is None else {**document, "Item": item}, 400)


def cancelled(*reasons: str) -> bytes:
    document = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled: secret",
        "CancellationReasons": [{"Code": reason, "Message": "secret"} for reason in reasons],
    }
    return json_answer(document, 400)


class Table:
    """A lease store in front of a server that answers as scripted."""

    def __init__(self, server: Loopback, aws: Aws) -> None:
        self.leases = DynamoLeaseStore(aws, "cache")
        self._server = server

    def acquire(self) -> Lease | Held:
        return self.leases.acquire("r#1", owner="me", now=100.25, expires_at=110.5)

    def commit(self) -> bool:
        return self.leases.commit(LEASE, "main", ITEM)

    @property
    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        """The operations that were called, with their parameters but the one that all operations have."""
        asked = [
            (re.findall(r"x-amz-target: DynamoDB_20120810\.(\w+)", head.decode())[0], json.loads(body))
            for head, _, body in (request.partition(b"\r\n\r\n") for request in self._server.requests)
        ]
        assert all(parameters.pop("ReturnConsumedCapacity") == "TOTAL" for _, parameters in asked)
        return asked


type Answering = Callable[..., Table]


@pytest.fixture
def table(aws_at: AwsAt) -> Iterator[Answering]:
    """Makes a table with these answers, or with one answer or script for every connection."""
    opened: list[tuple[Loopback, Aws]] = []

    def make(*answers: bytes, script: Callable[[Peer], object] | None = None) -> Table:
        server = Loopback(script or answering(*answers)).__enter__()
        opened.append((server, aws_at(server)))
        return Table(*opened[-1])

    yield make
    for server, aws in opened:
        aws.transport.close()
        server.__exit__()


def test_acquire_is_one_conditional_update_that_returns_the_holder(table: Answering) -> None:
    lent = table(json_answer({"Attributes": MINE}))

    assert lent.acquire() == LEASE
    assert lent.asked == [
        (
            "UpdateItem",
            {
                "TableName": "cache",
                "Key": {"pk": {"S": "r#1"}, "sk": {"S": "lease"}},
                "ConditionExpression": "attribute_not_exists(pk) OR lease_expires_at <= :now",
                "UpdateExpression": (
                    "SET #owner = :owner, lease_expires_at = :expires_at, evict_at = :evict_at, "
                    "#token = if_not_exists(#token, :milliseconds) + :one"
                ),
                "ExpressionAttributeNames": {"#owner": "owner", "#token": "token"},
                "ExpressionAttributeValues": {
                    ":now": {"N": "100.25"},
                    ":owner": {"S": "me"},
                    ":expires_at": {"N": "110.5"},
                    ":evict_at": {"N": "604910"},  # a week later, in whole seconds as the TTL wants it
                    ":milliseconds": {"N": "100250"},
                    ":one": {"N": "1"},
                },
                "ReturnValues": "ALL_NEW",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )
    ]


def test_a_lease_of_others_is_read_from_the_refusal(table: Answering) -> None:
    lent = table(condition_failed(THEIRS))

    assert lent.acquire() == Held(110.5, 7)
    assert len(lent.asked) == 1


def test_an_owner_finds_its_lease_when_the_first_answer_was_lost(table: Answering) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 2" if peer.number == 0 else condition_failed(MINE))

    lent = table(script=script)

    assert lent.acquire() == LEASE
    assert len(lent.asked) == 2


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        *({name: value for name, value in THEIRS.items() if name != gone} for gone in ("token", "lease_expires_at")),
        THEIRS | {"owner": {"N": "1"}},
        THEIRS | {"token": {"N": "x"}},
        THEIRS | {"lease_expires_at": {"S": "110.5"}},
        THEIRS | {"lease_expires_at": 110.5},
    ],
)
def test_a_refusal_without_a_lease_is_a_failure(table: Answering, item: object) -> None:
    with pytest.raises(StoreUnavailable, match="UpdateItem: "):
        table(condition_failed(item)).acquire()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"Attributes": {}}', b'{"Attributes": 1}'])
def test_an_answer_without_a_lease_is_a_failure(table: Answering, body: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="UpdateItem: "):
        table(http(200, body)).acquire()


def test_commit_is_one_transaction_under_the_token(table: Answering) -> None:
    lent = table(json_answer({}))

    assert lent.commit()

    ((operation, parameters),) = lent.asked
    update, put = parameters["TransactItems"]
    assert operation == "TransactWriteItems"
    assert update == {
        "Update": {
            "TableName": "cache",
            "Key": {"pk": {"S": "r#1"}, "sk": {"S": "lease"}},
            "ConditionExpression": "#token = :token AND #owner = :owner",
            "UpdateExpression": "SET lease_expires_at = :free, committed = #token",
            "ExpressionAttributeNames": {"#owner": "owner", "#token": "token"},
            "ExpressionAttributeValues": {":token": {"N": "7"}, ":owner": {"S": "me"}, ":free": {"N": "0"}},
        }
    }
    assert put["Put"]["TableName"] == "cache"
    assert put["Put"]["Item"]["pk"] == {"S": "r#1"}
    assert put["Put"]["Item"]["sk"] == {"S": "main"}
    assert put["Put"]["Item"]["envelope"] == {"B": "AAEC/w=="}


def test_the_request_token_tells_commits_apart_and_repeats_from_others(table: Answering) -> None:
    lent = table(*[json_answer({})] * 5)
    lent.commit()
    lent.commit()
    lent.leases.commit(LEASE, "v#1", ITEM)
    lent.leases.commit(LEASE, "main", Item(envelope=b"", evict_at=1))
    lent.leases.commit(Lease("r#1", "me", 8, 110.5), "main", ITEM)

    tokens = [parameters["ClientRequestToken"] for _, parameters in lent.asked]
    assert tokens[0] == tokens[1]
    assert len(set(tokens)) == 4
    assert all(len(token) <= 36 for token in tokens)  # DynamoDB's limit


@pytest.mark.parametrize("others", ["None", CONFLICT, "ThrottlingError", "ValidationError"])
def test_a_failed_condition_refuses_the_commit_at_once(table: Answering, others: str) -> None:
    lent = table(cancelled("ConditionalCheckFailed", others))

    assert not lent.commit()
    assert len(lent.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        cancelled("None", CONFLICT),
        cancelled(CONFLICT, "None"),
        cancelled("None", "ThrottlingError"),
        cancelled("ProvisionedThroughputExceeded", CONFLICT),
        json_error("TransactionInProgressException"),
        json_error("ThrottlingException"),
    ],
)
def test_a_commit_in_the_way_of_others_is_tried_again_under_its_request_token(
    table: Answering, sleeps: list[float], answer: bytes
) -> None:
    lent = table(answer, answer, json_answer({}))

    assert lent.commit()
    assert len(sleeps) == 2
    assert lent.asked[0] == lent.asked[1] == lent.asked[2]


def test_a_commit_that_is_always_in_the_way_is_throttled(table: Answering) -> None:
    with pytest.raises(StoreThrottled, match=r"^TransactWriteItems: TransactionConflict \(400\)$"):
        table(script=answering_always(cancelled("None", CONFLICT))).commit()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (cancelled("None", "ValidationError"), "ValidationError"),
        (cancelled(CONFLICT, "ItemCollectionSizeLimitExceeded"), "ItemCollectionSizeLimitExceeded"),
        (cancelled("None", "None"), "TransactionCanceledException"),
        (cancelled("a secret"), "TransactionCanceledException"),
        (json_error("TransactionCanceledException"), "TransactionCanceledException"),
        (json_error("IdempotentParameterMismatchException"), "IdempotentParameterMismatchException"),
        (http(400, b'{"__type": "TransactionCanceledException", '), "TransactionCanceledException"),
    ],
)
def test_other_reasons_are_failures_and_final(table: Answering, answer: bytes, code: str) -> None:
    lent = table(answer)
    with pytest.raises(AwsError) as caught:
        lent.commit()

    assert str(caught.value) == f"TransactWriteItems: {code} (400)"
    assert "secret" not in str(vars(caught.value))
    assert len(lent.asked) == 1


def test_an_update_in_the_way_of_a_transaction_is_tried_again(table: Answering) -> None:
    conflict = json_error("TransactionConflictException")
    lent = table(conflict, json_answer({"Attributes": MINE}), conflict, json_answer({}))

    assert lent.acquire() == LEASE
    lent.leases.release(LEASE)
    assert [operation for operation, _ in lent.asked] == ["UpdateItem"] * 4


def test_to_release_what_is_gone_is_fine_and_other_refusals_are_not(table: Answering) -> None:
    denied = json_error("AccessDeniedException")
    lent = table(condition_failed(None), denied, denied)

    lent.leases.release(LEASE)
    with pytest.raises(AwsError, match="AccessDenied"):
        lent.leases.release(LEASE)
    with pytest.raises(AwsError, match="AccessDenied"):
        lent.acquire()


def test_a_renewal_is_one_update_of_a_lease_that_is_not_over(table: Answering) -> None:
    lent = table(json_answer({}), condition_failed(None), json_error("AccessDeniedException"))

    assert lent.leases.renew(LEASE, 113.5)
    assert not lent.leases.renew(LEASE, 113.5)
    with pytest.raises(AwsError, match="AccessDenied"):
        lent.leases.renew(LEASE, 113.5)
    assert lent.asked[0] == (
        "UpdateItem",
        {
            "TableName": "cache",
            "Key": {"pk": {"S": "r#1"}, "sk": {"S": "lease"}},
            "ConditionExpression": "#token = :token AND #owner = :owner AND lease_expires_at > :free",
            "UpdateExpression": "SET lease_expires_at = :expires_at, evict_at = :evict_at",
            "ExpressionAttributeNames": {"#owner": "owner", "#token": "token"},
            "ExpressionAttributeValues": {
                ":token": {"N": "7"},
                ":owner": {"S": "me"},
                ":free": {"N": "0"},
                ":expires_at": {"N": "113.5"},
                ":evict_at": {"N": "604913"},
            },
        },
    )


@pytest.mark.parametrize(
    ("ending", "expression", "values"),
    [
        ("settled", "SET lease_expires_at = :free REMOVE #owner", {":free": {"N": "0"}}),
        ("abandoned", "SET lease_expires_at = :free REMOVE #owner", {":free": {"N": "1"}}),
        (
            "failed",
            "SET lease_expires_at = :free, failed = #token, failure = :failure REMOVE #owner",
            {":free": {"N": "1"}, ":failure": {"S": "origin-timeout"}},
        ),
    ],
)
def test_a_release_tells_the_callers_that_wait_how_the_fetch_ended(
    table: Answering, ending: Ending, expression: str, values: dict[str, Any]
) -> None:
    lent = table(json_answer({}))

    lent.leases.release(LEASE, ending=ending, failure="origin-timeout")

    ((operation, update),) = lent.asked
    assert (operation, update["UpdateExpression"]) == ("UpdateItem", expression)
    assert update["ConditionExpression"] == "#token = :token AND #owner = :owner"
    assert update["ExpressionAttributeValues"] == {":token": {"N": "7"}, ":owner": {"S": "me"}, **values}


def test_the_holder_is_read_consistently(table: Answering) -> None:
    released = {name: value for name, value in MINE.items() if name != "owner"} | {"lease_expires_at": {"N": "0"}}
    lent = table(json_answer({"Item": THEIRS}), json_answer({}), json_answer({"Item": released}))

    assert [lent.leases.holder("r#1") for _ in range(3)] == [Held(110.5, 7), None, None]
    key = {"pk": {"S": "r#1"}, "sk": {"S": "lease"}}
    assert lent.asked[0] == ("GetItem", {"TableName": "cache", "Key": key, "ConsistentRead": True})


def test_a_holder_that_cannot_be_read_is_a_failure(table: Answering) -> None:
    lent = table(json_answer({"Item": {"owner": {"S": "them"}}}), http(200, b"x"))

    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="GetItem: "):
            lent.leases.holder("r#1")
