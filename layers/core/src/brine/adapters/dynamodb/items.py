"""The cache table in DynamoDB, and the functions that all stores on this table share.

An item has a pk and an sk. If it lacks one of our attributes, or an attribute has another type, it reads as no item.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Any

from brine.adapters.aws.billed_units import CAPACITY_WANTED
from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import Service
from brine.errors import StoreUnavailable
from brine.ports.caching import Item

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.deadline import Deadline

_MAX_ANSWER = 1_048_576  # bytes: an item has at most 400 KB, a third more in base64
RETRY_POLICY = RetryPolicy()  # docs/decisions/0042 has the time budget of all stores
_BINARY = b'"B":"'

type Attributes = dict[str, Any]  # attribute name -> {type: value}, as DynamoDB writes it


class DynamoTable:
    """A table with the key attributes `pk` and `sk`, and the operations that all stores on it share."""

    def __init__(
        self, aws: Aws, table: str, *, retry_policy: RetryPolicy = RETRY_POLICY, max_answer: int = _MAX_ANSWER
    ) -> None:
        self._aws = aws
        self._retry_policy = retry_policy
        service = Service(aws, "dynamodb", retry_policy)
        self._api = JsonApi(service, "DynamoDB_20120810", "1.0", max_answer, CAPACITY_WANTED)
        self._table = table

    def _at(self, key: Attributes, **members: object) -> dict[str, object]:
        """Return the parameters of an operation on the item with this key."""
        return {"TableName": self._table, "Key": key, **members}

    def _attributes(self, parameters: dict[str, object], deadline: Deadline | None) -> Attributes | None:
        """Return the attributes of an item, or None, with one GetItem. Raises StoreError."""
        return read_attributes("Item", "GetItem", self._api.call("GetItem", parameters, deadline))

    def _refusal(self, operation: str, parameters: dict[str, object], deadline: Deadline | None) -> AwsError | None:
        """Execute a conditional operation. Return the error if its condition failed. Raises StoreError otherwise."""
        return self._conditional(operation, parameters, deadline)[0]

    def _conditional(
        self, operation: str, parameters: dict[str, object], deadline: Deadline | None
    ) -> tuple[AwsError | None, bytes]:
        """Execute a conditional operation. Return the error if its condition failed, and else the answer.

        Raises StoreError.
        """
        try:
            return None, self._api.call(operation, parameters, deadline)
        except AwsError as refused:
            if not refused.condition_failed:
                raise
            return refused, b""


class DynamoItemStore(DynamoTable):
    """The ItemStore port on one table."""

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        """Return the item, or None, with one GetItem. Raises StoreError."""
        parameters = self._at(key_attributes(pk, sk), **({"ConsistentRead": True} if consistent else {}))
        document, envelope = parse_answer("GetItem", self._api.call("GetItem", parameters, deadline))
        return read_item(document.get("Item"), envelope)

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        """Put the item with one PutItem. Raises StoreError."""
        self._api.call("PutItem", {"TableName": self._table, "Item": item_attributes(pk, sk, item)}, deadline)


def number(value: float) -> Attributes:
    """Return a number as DynamoDB writes it, without loss."""
    return {"N": repr(value)}


def key_attributes(pk: str, sk: str) -> Attributes:
    """Return a key as DynamoDB writes it."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def item_attributes(pk: str, sk: str, item: Item) -> Attributes:
    """Return an item and its key as DynamoDB writes them."""
    return {
        **key_attributes(pk, sk),
        "envelope": {"B": b2a_base64(item.envelope, newline=False).decode("ascii")},
        "evict_at": number(item.evict_at),
        "generation": number(item.generation),
        "route": {"S": item.route},
        "target": {"S": item.target},
        "tags": {"L": [{"S": tag} for tag in item.tags]},  # no set: a list keeps the order, and may be empty
    }


def read_item(attributes: object, envelope: memoryview) -> Item | None:
    """Return the item in these attributes and the envelope that `parse_answer` cut out, or None for a foreign item."""
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
    """Return DynamoDB's answer as a document, and apart from it the envelope in base64, cut out unparsed.

    The envelope is most of the bytes, and an answer has at most one. A quote inside a JSON string is escaped, so
    `"B":"` always begins a binary value. Without `"B":"` the envelope is empty. Raises StoreUnavailable.
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


def read_attributes(name: str, operation: str, answer: bytes) -> Attributes | None:
    """Return the attributes that DynamoDB's answer has under `name`, or None. Raises StoreUnavailable."""
    try:
        document = json.loads(answer)
    except ValueError as error:
        raise StoreUnavailable(f"{operation}: an answer that is not JSON") from error
    if isinstance(document, dict):
        attributes = document.get(name)
        if attributes is None or isinstance(attributes, dict):
            return attributes
    raise StoreUnavailable(f"{operation}: an answer that is not DynamoDB's")
