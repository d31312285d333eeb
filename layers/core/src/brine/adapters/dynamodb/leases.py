"""Leases in the cache table, each in an item of its own: a failed condition is billed by the size of the item.

A lease is free from `lease_expires_at` on, which is 0 once it was given back. The item stays, so that tokens grow. When
the TTL has taken it, they go on from the time in milliseconds, which no key's leases can outrun: an item takes 1,000
writes a second. Why a fill is a transaction: docs/decisions/0043.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from brine.adapters.aws.refusals import Refused
from brine.adapters.dynamodb.items import dynamodb_api, item_attributes, key_attributes, number
from brine.errors import StoreUnavailable
from brine.ports.caching import Held, Lease

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws, Patience
    from brine.adapters.dynamodb.items import Attributes
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline

LEASE = "lease"

_KEPT = 7 * 86_400  # seconds past expiry until the TTL: no process that had the lease lives as long
_NAMES = {"#owner": "owner", "#token": "token"}  # both are words of DynamoDB's own

_FREE = "attribute_not_exists(pk) OR lease_expires_at <= :now"
_TAKE = (
    "SET #owner = :owner, lease_expires_at = :expires_at, evict_at = :evict_at, "
    "#token = if_not_exists(#token, :milliseconds) + :one"
)
_NEWEST = "#token = :token AND #owner = :owner"  # without an owner, it was given back
_END = "SET lease_expires_at = :free, committed = #token"  # the owner stays, so that a commit may be repeated
_GIVE_BACK = "SET lease_expires_at = :free REMOVE #owner"


class DynamoLeaseStore:
    """The LeaseStore port on the table of a DynamoItemStore."""

    def __init__(self, aws: Aws, table: str, *, patience: Patience | None = None) -> None:
        self._api = dynamodb_api(aws, patience)
        self._table = table

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        """One UpdateItem. Its refusal tells who has the lease: another, or this owner, whose first answer was lost."""
        values = {
            ":now": number(now),
            ":owner": {"S": owner},
            ":expires_at": number(expires_at),
            ":evict_at": number(int(expires_at) + _KEPT),
            ":milliseconds": number(int(now * 1000)),
            ":one": number(1),
        }
        take = {
            **self._update(pk, _TAKE, condition=_FREE, values=values),
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            answer = self._api.call("UpdateItem", take, deadline)
        except Refused as refused:
            if not refused.condition_failed:
                raise
            current = _read_lease("UpdateItem", pk, refused.item)
            return current if current.owner == owner else Held(current.expires_at)
        return _read_lease("UpdateItem", pk, _member("Attributes", "UpdateItem", answer))

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        """One TransactWriteItems. Raises StoreThrottled when others write the same items for as long as it may try."""
        put = {"TableName": self._table, "Item": item_attributes(lease.pk, sk, item)}
        writes = [{"Update": self._update_of(lease, _END)}, {"Put": put}]
        return self._holds(
            "TransactWriteItems", {"TransactItems": writes, "ClientRequestToken": _request_token(writes)}, deadline
        )

    def release(self, lease: Lease, *, deadline: Deadline | None = None) -> None:
        """One UpdateItem. The right to commit goes, too."""
        self._holds("UpdateItem", self._update_of(lease, _GIVE_BACK), deadline)

    def holder(self, pk: str, *, deadline: Deadline | None = None) -> Held | None:
        """One strongly consistent GetItem, of a small item."""
        parameters = {"TableName": self._table, "Key": key_attributes(pk, LEASE), "ConsistentRead": True}
        attributes = _member("Item", "GetItem", self._api.call("GetItem", parameters, deadline))
        if attributes is None:
            return None
        lease = _read_lease("GetItem", pk, attributes)
        return Held(lease.expires_at) if lease.expires_at else None

    def _holds(self, operation: str, parameters: dict[str, object], deadline: Deadline | None) -> bool:
        """Whether the condition held, and so the operation was done."""
        try:
            self._api.call(operation, parameters, deadline)
        except Refused as refused:
            if not refused.condition_failed:
                raise
            return False
        return True

    def _update_of(self, lease: Lease, expression: str) -> dict[str, object]:
        """An update for the case that this lease is the newest."""
        values = {":token": number(lease.token), ":owner": {"S": lease.owner}, ":free": number(0)}
        return self._update(lease.pk, expression, condition=_NEWEST, values=values)

    def _update(self, pk: str, expression: str, *, condition: str, values: Attributes) -> dict[str, object]:
        return {
            "TableName": self._table,
            "Key": key_attributes(pk, LEASE),
            "ConditionExpression": condition,
            "UpdateExpression": expression,
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": values,
        }


def _request_token(writes: object) -> str:
    """The same for the same transaction: DynamoDB does it once in ten minutes, and repeats the answer."""
    return sha256(json.dumps(writes).encode("ascii")).hexdigest()[:36]


def _member(name: str, operation: str, answer: bytes) -> Attributes | None:
    """The attributes that an answer has under `name`."""
    try:
        document = json.loads(answer)
    except ValueError as error:
        raise StoreUnavailable(f"{operation}: an answer that is not JSON") from error
    attributes = document.get(name) if isinstance(document, dict) else None
    return attributes if isinstance(attributes, dict) else None


def _read_lease(operation: str, pk: str, attributes: Attributes | None) -> Lease:
    """The lease in these attributes; without an owner when nobody has it."""
    try:
        if attributes is not None:
            owner = attributes["owner"]["S"] if "owner" in attributes else ""
            token = int(attributes["token"]["N"])
            committed = int(attributes["committed"]["N"]) if "committed" in attributes else 0
            return Lease(pk, owner, token, float(attributes["lease_expires_at"]["N"]), committed)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(f"{operation}: a lease that is not ours") from error
    raise StoreUnavailable(f"{operation}: an answer without a lease")
