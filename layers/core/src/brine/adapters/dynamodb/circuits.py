"""The circuits of origins in the cache table. Each open circuit has its own item; a closed circuit has none."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from brine.adapters.aws.errors import AwsError
from brine.adapters.dynamodb.items import dynamodb_api, holds, key_attributes, number, read_attributes
from brine.domain.resilience.circuit import PROBE_WINDOW
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws, RetryPolicy
    from brine.adapters.dynamodb.items import Attributes
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim

CIRCUIT = "circuit"

_PREFIX = "o#"
_NAMES = {"#owner": "owner"}  # a reserved word of DynamoDB
_IS_OVER = "open_until <= :now"  # never holds if there is no item
_TAKE = "SET #owner = :owner, open_until = :until, evict_at = :evict_at"
_STILL_MINE = "#owner = :owner"


class DynamoCircuitStore:
    """The CircuitStore port on the table of a DynamoItemStore."""

    def __init__(self, aws: Aws, table: str, *, retry_policy: RetryPolicy | None = None) -> None:
        self._api = dynamodb_api(aws, retry_policy)
        self._table = table

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Return until when the circuit is or was open, or None, with one GetItem. Raises StoreError."""
        answer = self._api.call("GetItem", {"TableName": self._table, "Key": _key(origin)}, deadline)
        attributes = read_attributes("Item", "GetItem", answer)
        try:
            return None if attributes is None else float(attributes["open_until"]["N"])
        except (KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("GetItem: a circuit that is not ours") from error

    def open(self, origin: OriginAddress, *, until: float, deadline: Deadline | None = None) -> None:
        """Open the circuit with one PutItem. Raises StoreError."""
        times = {"open_until": number(until), "evict_at": number(int(until) + PROBE_WINDOW)}
        self._api.call("PutItem", {"TableName": self._table, "Item": {**_key(origin), **times}}, deadline)

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """Take the probe with one UpdateItem. Raises StoreError.

        A refusal returns the item, and so the claim's owner: it may be this owner, if the first answer was lost.
        """
        values = {
            ":owner": {"S": owner},
            ":now": number(now),
            ":until": number(until),
            ":evict_at": number(int(until) + PROBE_WINDOW),
        }
        take = {
            **self._conditional(origin, _IS_OVER, values),
            "UpdateExpression": _TAKE,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._api.call("UpdateItem", take, deadline)
        except AwsError as refused:
            if not refused.condition_failed:
                raise
            if refused.item is None:
                return "closed"
            return "taken" if refused.item.get("owner") == {"S": owner} else "held"
        return "taken"

    def close(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Close the circuit with one DeleteItem, if the last claim is this owner's. Raises StoreError."""
        delete = self._conditional(origin, _STILL_MINE, {":owner": {"S": owner}})
        holds(self._api, "DeleteItem", delete, deadline)

    def _conditional(self, origin: OriginAddress, condition: str, values: Attributes) -> dict[str, object]:
        return {
            "TableName": self._table,
            "Key": _key(origin),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": values,
        }


def _key(origin: OriginAddress) -> Attributes:
    return key_attributes(_PREFIX + sha256(str(origin).encode()).hexdigest(), CIRCUIT)
