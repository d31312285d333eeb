"""The circuits of origins in the cache table, each in an item of its own, and closed ones in none."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from brine.adapters.aws.refusals import Refused
from brine.adapters.dynamodb.items import dynamodb_api, key_attributes, number, parse_answer
from brine.domain.resilience.circuit import KEPT
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws, Patience
    from brine.adapters.dynamodb.items import Attributes
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim

CIRCUIT = "circuit"

_PREFIX = "o#"
_NAMES = {"#owner": "owner"}  # a word of DynamoDB's own
_IS_OVER = "open_until <= :now"  # never holds where there is no item
_TAKE = "SET #owner = :owner, open_until = :until, evict_at = :evict_at"
_STILL_MINE = "#owner = :owner"


class DynamoCircuitStore:
    """The CircuitStore port on the table of a DynamoItemStore."""

    def __init__(self, aws: Aws, table: str, *, patience: Patience | None = None) -> None:
        self._api = dynamodb_api(aws, patience)
        self._table = table

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """One GetItem. Raises StoreError."""
        document, _ = parse_answer(
            "GetItem", self._api.call("GetItem", {"TableName": self._table, "Key": _key(origin)}, deadline)
        )
        attributes = document.get("Item")
        try:
            return None if attributes is None else float(attributes["open_until"]["N"])
        except (KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("GetItem: a circuit that is not ours") from error

    def open(self, origin: OriginAddress, *, until: float, deadline: Deadline | None = None) -> None:
        """One PutItem. Raises StoreError."""
        times = {"open_until": number(until), "evict_at": number(int(until) + KEPT)}
        self._api.call("PutItem", {"TableName": self._table, "Item": {**_key(origin), **times}}, deadline)

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """One UpdateItem. Its refusal tells whose the claim is: this owner's, whose first answer was lost, perhaps."""
        values = {
            ":owner": {"S": owner},
            ":now": number(now),
            ":until": number(until),
            ":evict_at": number(int(until) + KEPT),
        }
        take = {
            **self._conditional(origin, _IS_OVER, values),
            "UpdateExpression": _TAKE,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._api.call("UpdateItem", take, deadline)
        except Refused as refused:
            if not refused.condition_failed:
                raise
            if refused.item is None:
                return "closed"
            return "taken" if refused.item.get("owner") == {"S": owner} else "held"
        return "taken"

    def close(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """One DeleteItem. Raises StoreError."""
        try:
            self._api.call("DeleteItem", self._conditional(origin, _STILL_MINE, {":owner": {"S": owner}}), deadline)
        except Refused as refused:
            if not refused.condition_failed:
                raise

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
