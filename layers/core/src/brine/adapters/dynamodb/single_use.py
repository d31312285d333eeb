"""The marks of sent envelopes in the cache table, each an item of its own: pk `u#` and a digest, sk `once`."""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Self

from brine.adapters.aws.errors import AwsError
from brine.adapters.dynamodb.items import dynamodb_api, key_attributes, number
from brine.domain.channels.single_use import SendInProgress, Sent, SingleUseMark
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws, RetryPolicy
    from brine.adapters.dynamodb.items import Attributes
    from brine.ports.deadline import Deadline

ONCE = "once"

_NAMES = {"#owner": "owner"}  # a word of DynamoDB's own
_FREE = "attribute_not_exists(pk) OR (attribute_not_exists(sent) AND sending_until <= :now)"
_BEGIN = "SET #owner = :owner, sending_until = :until, evict_at = :evict_at"
_OWN = "#owner = :owner"
_SETTLE = "SET sent = :yes"
_UNSENT = "#owner = :owner AND attribute_not_exists(sent)"
_GIVE_UP = "SET sending_until = :never"
_ACKNOWLEDGE = "SET sent = :yes, acknowledged = :yes, evict_at = :evict_at"
_YES = {"BOOL": True}


class DynamoSingleUseStore:
    """The SingleUseStore port on the table of a DynamoItemStore."""

    def __init__(self, aws: Aws, table: str, *, retry_policy: RetryPolicy | None = None) -> None:
        self._api = dynamodb_api(aws, retry_policy)
        self._table = table

    def begin(self, key: str, *, owner: str, now: float, until: float, evict_at: int) -> SendInProgress | Sent | None:
        """One UpdateItem. Its refusal tells who is in the way: another, or this owner, whose first answer was lost."""
        values = {
            ":owner": {"S": owner},
            ":now": number(now),
            ":until": number(until),
            ":evict_at": number(evict_at),
        }
        try:
            self._update(key, _BEGIN, condition=_FREE, values=values)
        except AwsError as refused:
            if not refused.condition_failed:
                raise
            mark = _read_mark(refused.item)
            return mark.state if mark.blocks(owner, now) else None
        return None

    def settle(self, key: str, *, owner: str) -> bool:
        """One UpdateItem. Raises StoreError."""
        return self._holds(key, _SETTLE, condition=_OWN, values={":owner": {"S": owner}, ":yes": _YES})

    def give_up(self, key: str, *, owner: str) -> None:
        """One UpdateItem: the item stays, free. Raises StoreError."""
        self._holds(key, _GIVE_UP, condition=_UNSENT, values={":owner": {"S": owner}, ":never": {"N": "0"}})

    def acknowledge(self, key: str, *, evict_at: int) -> None:
        """One UpdateItem, without a condition. Raises StoreError."""
        self._update(key, _ACKNOWLEDGE, values={":yes": _YES, ":evict_at": number(evict_at)})

    def look(self, key: str) -> SendInProgress | Sent | None:
        """One GetItem, consistent. Raises StoreError."""
        parameters: dict[str, object] = {
            "TableName": self._table,
            "Key": key_attributes(key, ONCE),
            "ConsistentRead": True,
        }
        try:
            item = json.loads(self._api.call("GetItem", parameters)).get("Item")
        except (ValueError, AttributeError) as error:
            raise StoreUnavailable("GetItem: an answer that is not DynamoDB's") from error
        return None if item is None else _read_mark(item).state

    def within(self, deadline: Deadline) -> Self:
        """A copy whose calls are over by then."""
        store = copy(self)
        store._api = self._api.within(deadline)  # noqa: SLF001 - of its own kind
        return store

    def _holds(self, key: str, expression: str, *, condition: str, values: Attributes) -> bool:
        try:
            self._update(key, expression, condition=condition, values=values)
        except AwsError as refused:
            if not refused.condition_failed:
                raise
            return False
        return True

    def _update(self, key: str, expression: str, *, values: Attributes, condition: str | None = None) -> None:
        parameters: dict[str, object] = {
            "TableName": self._table,
            "Key": key_attributes(key, ONCE),
            "UpdateExpression": expression,
            "ExpressionAttributeValues": values,
        }
        if condition is not None:
            parameters |= {
                "ConditionExpression": condition,
                "ExpressionAttributeNames": _NAMES,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        self._api.call("UpdateItem", parameters)


def _read_mark(attributes: Attributes | None) -> SingleUseMark:
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
