"""Leases in the cache table. Each lease has its own item, because AWS bills a failed condition by the item's size.

A lease is free from `lease_expires_at` on. A commit sets that to 0, and a release to 0 or 1. The item stays, so that
tokens keep growing.
After DynamoDB's TTL has deleted the item, tokens continue from the time in milliseconds. The tokens of a key cannot
outrun that time: an item takes at most 1,000 writes a second. docs/decisions/0043 says why a fill is a transaction.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from brine.adapters.aws.errors import AwsError
from brine.adapters.dynamodb.items import DynamoTable, item_attributes, key_attributes, number, read_attributes
from brine.errors import StoreUnavailable
from brine.ports.caching import ABANDONED, Held, Lease, split_lease_key

if TYPE_CHECKING:
    from brine.adapters.dynamodb.items import Attributes
    from brine.ports.caching import Ending, Item
    from brine.ports.deadline import Deadline

LEASE = "lease"

_KEPT = 7 * 86_400  # seconds from expiry to the TTL, longer than a process with the lease can live
_NAMES = {"#owner": "owner", "#token": "token"}  # both are reserved words of DynamoDB

_FREE = "attribute_not_exists(pk) OR lease_expires_at <= :now"
_TAKE = (
    "SET #owner = :owner, lease_expires_at = :expires_at, evict_at = :evict_at, "
    "#token = if_not_exists(#token, :milliseconds) + :one"
)
_NEWEST = "#token = :token AND #owner = :owner"  # a released lease has no owner
_UNFINISHED = f"{_NEWEST} AND lease_expires_at > :free"  # a late renewal must not revive a committed lease
_RENEW = "SET lease_expires_at = :expires_at, evict_at = :evict_at"
_END = "SET lease_expires_at = :free, committed = #token"  # the owner stays, so that a commit can be repeated
_GIVE_BACK = "SET lease_expires_at = :free REMOVE #owner"
_FAIL = "SET lease_expires_at = :free, failed = #token, failure = :failure REMOVE #owner"


class DynamoLeaseStore(DynamoTable):
    """The LeaseStore port on the table of a DynamoItemStore."""

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        """Take the lease with one UpdateItem, or return its holder. Raises StoreError.

        A refusal returns the item, and so the lease's owner: it may be this owner, if the first answer was lost.
        """
        values = {
            ":now": number(now),
            ":owner": {"S": owner},
            ":expires_at": number(expires_at),
            ":evict_at": number(int(expires_at) + _KEPT),
            ":milliseconds": number(int(now * 1000)),
            ":one": number(1),
        }
        take = {
            **self._update(pk, _TAKE, _FREE, values),
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            answer = self._api.call("UpdateItem", take, deadline)
        except AwsError as refused:
            if not refused.condition_failed:
                raise
            current = _read_lease("UpdateItem", pk, refused.item)
            return current if current.owner == owner else _held(current)
        return _read_lease("UpdateItem", pk, read_attributes("Attributes", "UpdateItem", answer))

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        """Write the item and release the lease with one TransactWriteItems. Raises StoreError.

        Raises StoreThrottled if other transactions write the same items until the time budget is used up.
        """
        put = {"TableName": self._table, "Item": item_attributes(split_lease_key(lease.pk)[0], sk, item)}
        writes = [{"Update": self._update_of(lease, _END)}, {"Put": put}]
        transaction: dict[str, object] = {"TransactItems": writes, "ClientRequestToken": _request_token(writes)}
        return self._refusal("TransactWriteItems", transaction, deadline) is None

    def renew(self, lease: Lease, expires_at: float, *, deadline: Deadline | None = None) -> bool:
        """Let the lease last longer, with one UpdateItem. Raises StoreError."""
        values = {":expires_at": number(expires_at), ":evict_at": number(int(expires_at) + _KEPT)}
        renewal = self._update_of(lease, _RENEW, values, condition=_UNFINISHED)
        return self._refusal("UpdateItem", renewal, deadline) is None

    def release(
        self, lease: Lease, *, ending: Ending = "settled", failure: str = "", deadline: Deadline | None = None
    ) -> None:
        """Release the lease, and with it the right to commit, with one UpdateItem. Raises StoreError."""
        values = {":free": number(0 if ending == "settled" else ABANDONED)}
        if ending == "failed":
            values[":failure"] = {"S": failure}
        update = self._update_of(lease, _FAIL if ending == "failed" else _GIVE_BACK, values)
        self._refusal("UpdateItem", update, deadline)

    def holder(self, pk: str, *, deadline: Deadline | None = None) -> Held | None:
        """Return the newest lease, or None if it was settled, with one consistent GetItem. Raises StoreError."""
        attributes = self._attributes(self._at(_key(pk), ConsistentRead=True), deadline)
        if attributes is None:
            return None
        lease = _read_lease("GetItem", pk, attributes)
        return _held(lease) if lease.expires_at else None

    def _update_of(
        self, lease: Lease, expression: str, values: Attributes | None = None, *, condition: str = _NEWEST
    ) -> dict[str, object]:
        """Return an update on condition that this lease is the newest. values: those that this update has besides."""
        of_lease = {":token": number(lease.token), ":owner": {"S": lease.owner}, ":free": number(0)}
        return self._update(lease.pk, expression, condition, of_lease | (values or {}))

    def _update(self, pk: str, expression: str, condition: str, values: Attributes) -> dict[str, object]:
        return self._at(
            _key(pk),
            ConditionExpression=condition,
            UpdateExpression=expression,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=values,
        )


def _key(pk: str) -> Attributes:
    """Return the key of a lease's item. It is beside the items that it guards, and each slot has its own."""
    partition, slot = split_lease_key(pk)
    return key_attributes(partition, f"{LEASE}#{slot}" if slot else LEASE)


def _request_token(writes: object) -> str:
    """Return the same token for equal writes: DynamoDB executes them once in ten minutes, and repeats the answer."""
    return sha256(json.dumps(writes).encode("ascii")).hexdigest()[:36]


def _read_lease(operation: str, pk: str, attributes: Attributes | None) -> Lease:
    """Return the lease in these attributes. A released lease has an empty owner. Raises StoreUnavailable."""
    try:
        if attributes is not None:
            owner = attributes["owner"]["S"] if "owner" in attributes else ""
            token = int(attributes["token"]["N"])
            committed = int(attributes["committed"]["N"]) if "committed" in attributes else 0
            failed = int(attributes["failed"]["N"]) if "failed" in attributes else 0
            failure = attributes["failure"]["S"] if "failure" in attributes else ""
            return Lease(pk, owner, token, float(attributes["lease_expires_at"]["N"]), committed, failed, failure)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(f"{operation}: a lease that is not ours") from error
    raise StoreUnavailable(f"{operation}: an answer without a lease")


def _held(lease: Lease) -> Held:
    return Held(lease.expires_at, lease.token, lease.failed, lease.failure)
