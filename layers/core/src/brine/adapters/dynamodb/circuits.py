"""The circuits of origins in the cache table. Each open circuit has its own item; a closed circuit has none."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from brine.adapters.dynamodb.items import DynamoTable, key_attributes, number
from brine.domain.resilience.circuit import PROBE_WINDOW
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.dynamodb.items import Attributes
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim

CIRCUIT = "circuit"

_PREFIX = "o#"
_NAMES = {"#owner": "owner"}  # a reserved word of DynamoDB


class DynamoCircuitStore(DynamoTable):
    """The CircuitStore port on the table of a DynamoItemStore."""

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Return until when the circuit is or was open, or None, with one GetItem. Raises StoreError."""
        attributes = self._attributes(self._at(_key(origin)), deadline)
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
        take = self._at(
            _key(origin),
            ConditionExpression="open_until <= :now",  # never holds if there is no item
            UpdateExpression="SET #owner = :owner, open_until = :until, evict_at = :evict_at",
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        refused = self._refusal("UpdateItem", take, deadline)
        if refused is None:
            return "taken"
        if refused.item is None:
            return "closed"
        return "taken" if refused.item.get("owner") == {"S": owner} else "held"

    def close(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Close the circuit with one DeleteItem, if the last claim is this owner's. Raises StoreError."""
        delete = self._at(
            _key(origin),
            ConditionExpression="#owner = :owner",
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues={":owner": {"S": owner}},
        )
        self._refusal("DeleteItem", delete, deadline)


def _key(origin: OriginAddress) -> Attributes:
    return key_attributes(_PREFIX + sha256(str(origin).encode()).hexdigest(), CIRCUIT)
