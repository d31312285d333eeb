"""The circuits of origins in the cache table. Each circuit that is not closed has its own item.

`stage` is the number of probes of the present stage, `owners` the names of those that were claimed, and `succeeded` of
those that succeeded. `opened_at`, `failed` and `requests` are for operators.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from brine.adapters.dynamodb.items import DynamoTable, key_attributes, number, read_attributes
from brine.domain.resilience.circuit import PROBE_WINDOW, PROBES, Opening
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.dynamodb.items import Attributes
    from brine.domain.resilience.circuit_state import CircuitState
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim

CIRCUIT = "circuit"

_PREFIX = "o#"
_OPENING = ("opened_at", "failed", "requests")
"""The attributes with the members of an Opening."""
_ROOM = "open_until <= :now AND (attribute_not_exists(owners) OR size(owners) < stage)"  # never holds without an item
_TAKE = "SET probes_until = :until, evict_at = :evict_at ADD owners :owners"
_OVER = "open_until <= :now AND probes_until <= :now"
_BEGIN_ANEW = "SET probes_until = :until, evict_at = :evict_at, owners = :owners REMOVE succeeded"
_CLAIMED = "contains(owners, :owner)"
_COMPLETE = "stage = :stage AND size(succeeded) >= stage"


class DynamoCircuitStore(DynamoTable):
    """The CircuitStore port on the table of a DynamoItemStore."""

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Return until when the circuit is or was open, or None, with one GetItem. Raises StoreError."""
        attributes = self._attributes(self._at(_key(origin)), deadline)
        try:
            return None if attributes is None else float(attributes["open_until"]["N"])
        except (KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("GetItem: a circuit that is not ours") from error

    def state(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> CircuitState | None:
        """Return the state of the circuit, or None, with one GetItem. This is the CircuitStates port."""
        from brine.domain.resilience.circuit_state import CircuitState  # noqa: PLC0415 - only for operators

        attributes = self._attributes(self._at(_key(origin)), deadline)
        if attributes is None:
            return None
        try:
            at, failed, requests = (float(attributes[name]["N"]) for name in _OPENING)
            return CircuitState(
                open_until=float(attributes["open_until"]["N"]),
                opening=Opening(at, int(failed), int(requests)),
                probes=int(attributes["stage"]["N"]),
                claimed=len(attributes.get("owners", {}).get("SS", ())),
                succeeded=len(attributes.get("succeeded", {}).get("SS", ())),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("GetItem: a circuit that is not ours") from error

    def open(self, origin: OriginAddress, *, until: float, opening: Opening, deadline: Deadline | None = None) -> None:
        """Open the circuit with one PutItem. Raises StoreError."""
        numbers = {"open_until": until, "evict_at": int(until) + PROBE_WINDOW, "stage": PROBES[0]}
        numbers |= dict(zip(_OPENING, opening, strict=True))
        item = {**_key(origin), **{name: number(value) for name, value in numbers.items()}}
        self._api.call("PutItem", {"TableName": self._table, "Item": item}, deadline)

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """Claim a probe with one UpdateItem; with two, if the probes of a stage never ended. Raises StoreError.

        A refusal returns the item, and so the owners: this one may be among them, if the first answer was lost.
        """
        values = {
            ":now": number(now),
            ":until": number(until),
            ":evict_at": number(int(until) + PROBE_WINDOW),
            ":owners": {"SS": [owner]},
        }
        item: Attributes | None = None
        for condition, update in ((_ROOM, _TAKE), (_OVER, _BEGIN_ANEW)):
            take = self._at(
                _key(origin),
                ConditionExpression=condition,
                UpdateExpression=update,
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            refused = self._refusal("UpdateItem", take, deadline)
            if refused is None:
                return "taken"
            item = refused.item
            if item is None:
                return "closed"
            if owner in item.get("owners", {}).get("SS", ()):
                return "taken"
            if float(item.get("probes_until", {}).get("N", "inf")) > now:
                return "held"
        return "held"

    def succeed(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> bool:
        """Note a success with one UpdateItem, and complete the stage with another call. Raises StoreError."""
        note = self._at(
            _key(origin),
            ConditionExpression=_CLAIMED,
            UpdateExpression="ADD succeeded :owners",
            ExpressionAttributeValues={":owner": {"S": owner}, ":owners": {"SS": [owner]}},
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        refused, answer = self._conditional("UpdateItem", note, deadline)
        if refused is not None:
            return refused.item is None
        item = read_attributes("Attributes", "UpdateItem", answer) or {}
        stage = int(item.get("stage", {}).get("N", 0))
        if len(item.get("succeeded", {}).get("SS", ())) < stage:
            return False
        values = {":stage": number(stage)}
        complete = self._at(_key(origin), ConditionExpression=_COMPLETE, ExpressionAttributeValues=values)
        if stage == PROBES[-1]:
            return self._refusal("DeleteItem", complete, deadline) is None
        complete["UpdateExpression"] = "SET stage = :next REMOVE owners, succeeded"
        complete["ExpressionAttributeValues"] = {**values, ":next": number(stage * 2)}
        self._refusal("UpdateItem", complete, deadline)
        return False

    def give_back(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Give a claim back with one UpdateItem. Raises StoreError."""
        release = self._at(
            _key(origin),
            ConditionExpression=_CLAIMED,
            UpdateExpression="DELETE owners :owners",
            ExpressionAttributeValues={":owner": {"S": owner}, ":owners": {"SS": [owner]}},
        )
        self._refusal("UpdateItem", release, deadline)


def _key(origin: OriginAddress) -> Attributes:
    return key_attributes(_PREFIX + sha256(str(origin).encode()).hexdigest(), CIRCUIT)
