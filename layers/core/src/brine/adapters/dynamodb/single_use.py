"""The marks of sent envelopes in the cache table. Each has its own item: pk `u#` and a digest, sk `once`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.dynamodb.items import DynamoTable, key_attributes, number
from brine.domain.channels.single_use import SendInProgress, Sent, SingleUseMark
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.dynamodb.items import Attributes
    from brine.ports.deadline import Deadline

ONCE = "once"

_NAMES = {"#owner": "owner"}  # a reserved word of DynamoDB
_FREE = "attribute_not_exists(pk) OR (attribute_not_exists(sent) AND sending_until <= :now)"
_BEGIN = "SET #owner = :owner, sending_until = :until, evict_at = :evict_at"
_OWN = "#owner = :owner"
_SETTLE = "SET sent = :yes"
_UNSENT = "#owner = :owner AND attribute_not_exists(sent)"
_GIVE_UP = "SET sending_until = :never"
_ACKNOWLEDGE = "SET sent = :yes, acknowledged = :yes, evict_at = :evict_at"
_YES = {"BOOL": True}


class DynamoSingleUseStore(DynamoTable):
    """The SingleUseStore port on the table of a DynamoItemStore."""

    def begin(
        self, key: str, *, owner: str, now: float, until: float, evict_at: int, deadline: Deadline | None = None
    ) -> SendInProgress | Sent | None:
        """Mark the envelope with one UpdateItem, or return the state that prevents it. Raises StoreError.

        A refusal returns the item, and so the mark's owner: it may be this owner, if the first answer was lost.
        """
        values = {
            ":owner": {"S": owner},
            ":now": number(now),
            ":until": number(until),
            ":evict_at": number(evict_at),
        }
        refused = self._refusal("UpdateItem", self._update(key, _BEGIN, _FREE, values), deadline)
        if refused is None:
            return None
        mark = _read_mark(refused.item)
        return mark.state if mark.blocks(owner, now) else None

    def settle(self, key: str, *, owner: str, deadline: Deadline | None = None) -> bool:
        """Mark the envelope as sent with one UpdateItem. Return False if the mark is not this owner's."""
        settle = self._update(key, _SETTLE, _OWN, {":owner": {"S": owner}, ":yes": _YES})
        return self._refusal("UpdateItem", settle, deadline) is None

    def give_up(self, key: str, *, owner: str, deadline: Deadline | None = None) -> None:
        """Free the mark with one UpdateItem. The item stays. Raises StoreError."""
        values = {":owner": {"S": owner}, ":never": number(0)}
        self._refusal("UpdateItem", self._update(key, _GIVE_UP, _UNSENT, values), deadline)

    def acknowledge(self, key: str, *, evict_at: int, deadline: Deadline | None = None) -> None:
        """Mark the envelope as acknowledged with one UpdateItem, without a condition. Raises StoreError."""
        update = self._at(
            key_attributes(key, ONCE),
            UpdateExpression=_ACKNOWLEDGE,
            ExpressionAttributeValues={":yes": _YES, ":evict_at": number(evict_at)},
        )
        self._api.call("UpdateItem", update, deadline)

    def look(self, key: str, *, deadline: Deadline | None = None) -> SendInProgress | Sent | None:
        """Return the state of the mark, or None, with one strongly consistent GetItem. Raises StoreError."""
        item = self._attributes(self._at(key_attributes(key, ONCE), ConsistentRead=True), deadline)
        return None if item is None else _read_mark(item).state

    def _update(self, key: str, expression: str, condition: str, values: Attributes) -> dict[str, object]:
        return self._at(
            key_attributes(key, ONCE),
            UpdateExpression=expression,
            ExpressionAttributeValues=values,
            ConditionExpression=condition,
            ExpressionAttributeNames=_NAMES,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )


def _read_mark(attributes: Attributes | None) -> SingleUseMark:
    """Return the mark in these attributes. Raises StoreUnavailable."""
    try:
        if attributes is not None:
            if "sent" in attributes:
                owner = attributes["owner"]["S"] if "owner" in attributes else ""
                return SingleUseMark(owner=owner, state=Sent("acknowledged" in attributes))
            return SingleUseMark(
                owner=attributes["owner"]["S"], state=SendInProgress(float(attributes["sending_until"]["N"]))
            )
    except (KeyError, TypeError, ValueError):
        pass
    raise StoreUnavailable("a mark that is not ours")
