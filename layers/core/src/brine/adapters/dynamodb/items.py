"""The cache table in DynamoDB, an item by pk and sk. One without what we write, or with other types, is no item."""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Any

from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import RetryPolicy, Service
from brine.errors import StoreUnavailable
from brine.ports.caching import Item

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.deadline import Deadline

_MAX_ANSWER = 1_048_576  # an item has at most 400 KB, a third more in base64
_BINARY = b'"B":"'

type Attributes = dict[str, Any]  # attribute name -> {type: value}, as DynamoDB writes it


class DynamoItemStore:
    """The ItemStore port on one table with the key attributes `pk` and `sk`."""

    def __init__(self, aws: Aws, table: str, *, retry_policy: RetryPolicy | None = None) -> None:
        self._api = dynamodb_api(aws, retry_policy)
        self._table = table

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        """One GetItem. Raises StoreError."""
        parameters: dict[str, object] = {"TableName": self._table, "Key": key_attributes(pk, sk)}
        if consistent:
            parameters["ConsistentRead"] = True
        document, envelope = parse_answer("GetItem", self._api.call("GetItem", parameters, deadline))
        return read_item(document.get("Item"), envelope)

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        """One PutItem. Raises StoreError."""
        self._api.call("PutItem", {"TableName": self._table, "Item": item_attributes(pk, sk, item)}, deadline)


def dynamodb_api(aws: Aws, retry_policy: RetryPolicy | None = None) -> JsonApi:
    """DynamoDB's operations, with the time that stores are given (docs/decisions/0042) unless told otherwise."""
    return JsonApi(Service(aws, "dynamodb", retry_policy or RetryPolicy()), "DynamoDB_20120810", "1.0", _MAX_ANSWER)


def number(value: float) -> Attributes:
    """Return a number as DynamoDB writes it, without loss."""
    return {"N": repr(value)}


def key_attributes(pk: str, sk: str) -> Attributes:
    """A key as DynamoDB writes it."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def item_attributes(pk: str, sk: str, item: Item) -> Attributes:
    """An item and its key as DynamoDB writes them."""
    return {
        **key_attributes(pk, sk),
        "envelope": {"B": b2a_base64(item.envelope, newline=False).decode("ascii")},
        "evict_at": number(item.evict_at),
        "generation": number(item.generation),
        "route": {"S": item.route},
        "target": {"S": item.target},
        "tags": {"L": [{"S": tag} for tag in item.tags]},  # not a set: the order is kept, and none is allowed
    }


def read_item(attributes: object, envelope: memoryview) -> Item | None:
    """The item in these attributes, less the envelope that `parse_answer` cut out; None when it is none of ours."""
    if not isinstance(attributes, dict):
        return None
    try:
        return Item(
            envelope=a2b_base64(attributes["envelope"]["B"] or envelope),
            evict_at=int(attributes["evict_at"]["N"]),
            generation=int(attributes["generation"]["N"]),
            route=attributes["route"]["S"],
            target=attributes["target"]["S"],
            tags=tuple(tag["S"] for tag in attributes["tags"]["L"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def parse_answer(operation: str, answer: bytes) -> tuple[dict[str, Any], memoryview]:
    """An answer of DynamoDB, and apart from it the envelope in base64, where it could be cut out unparsed.

    It is most of the bytes, and there is one at most. A quote inside a JSON string is escaped, so `"B":"` can only
    begin a binary value. Raises StoreUnavailable.
    """
    envelope = memoryview(b"")
    begin = answer.find(_BINARY) + len(_BINARY)
    try:
        if begin >= len(_BINARY):
            end = answer.index(b'"', begin)
            envelope = memoryview(answer)[begin:end]
            answer = answer[:begin] + answer[end:]
        document = json.loads(answer)
    except ValueError as error:
        raise StoreUnavailable(f"{operation}: an answer that is not JSON") from error
    return document if isinstance(document, dict) else {}, envelope
