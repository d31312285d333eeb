"""The patched transactions of moto: they still roll back, and their cost does not grow with the table."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from tests.support.emulators.aws import Emulator


@pytest.fixture
def table(emulator: Emulator) -> str:
    return emulator.create_table(f"transactions-{uuid4().hex[:8]}")


def key(pk: str, sk: str = "main") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def update(table: str, pk: str, value: str) -> Any:
    return {
        "Update": {
            "TableName": table,
            "Key": key(pk),
            "UpdateExpression": "SET v = :v",
            "ExpressionAttributeValues": {":v": {"S": value}},
        }
    }


def put(table: str, pk: str, value: str, *, condition: str | None = None) -> Any:
    operation = {"TableName": table, "Item": {**key(pk), "v": {"S": value}}}
    return {"Put": operation if condition is None else {**operation, "ConditionExpression": condition}}


def values(emulator: Emulator, table: str) -> dict[str, str]:
    return {item["pk"]["S"]: item["v"]["S"] for item in emulator.dynamodb.scan(TableName=table)["Items"]}


@pytest.mark.slow
def test_all_writes_are_done(emulator: Emulator, table: str) -> None:
    emulator.dynamodb.transact_write_items(TransactItems=[put(table, "a", "1"), update(table, "b", "2")])
    assert values(emulator, table) == {"a": "1", "b": "2"}


def test_when_one_fails_none_is_done(emulator: Emulator, table: str) -> None:
    for pk in ("a", "b", "c"):
        emulator.dynamodb.put_item(TableName=table, Item={**key(pk), "v": {"S": "old"}})
    writes = [update(table, "a", "new"), put(table, "b", "new"), put(table, "new", "new")]
    failing = put(table, "c", "new", condition="attribute_not_exists(pk)")
    for transaction in ([*writes, failing], [failing, *writes]):
        with pytest.raises(emulator.dynamodb.exceptions.TransactionCanceledException):
            emulator.dynamodb.transact_write_items(TransactItems=transaction)
        assert values(emulator, table) == {"a": "old", "b": "old", "c": "old"}


def test_a_copy_outside_of_a_transaction_is_a_whole_one() -> None:
    from moto.dynamodb.models.table import Table  # noqa: PLC0415 - a second of import that other tests need not have

    from brine_cli.emulators.moto_transactions import patch_moto  # noqa: PLC0415 - beside what it mends

    patch_moto()
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}]
    types = [{"AttributeName": "pk", "AttributeType": "S"}]
    factory: Any = Table  # moto's annotations call it abstract
    table = factory("t", "0", "r", schema=keys, attr=types)
    table.put_item({"pk": {"S": "a"}, "v": {"S": "old"}})
    whole = copy.deepcopy(table)
    table.put_item({"pk": {"S": "a"}, "v": {"S": "new"}})
    assert [item.attrs["v"].value for item in whole.all_items()] == ["old"]
