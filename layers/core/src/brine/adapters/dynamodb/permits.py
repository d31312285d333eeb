"""The permits of variants in the cache table. Each has its own item, so that variants are stored side by side.

An item has the sort key `permit#` and the permit's number. It ends with its variant: DynamoDB's TTL deletes both.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from brine.adapters.dynamodb.items import DynamoTable, key_attributes, number
from brine.domain.resilience.permits import Permit
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.adapters.dynamodb.items import Attributes
    from brine.ports.deadline import Deadline

_PREFIX = "permit#"
_FREE = "attribute_not_exists(pk) OR evict_at <= :now OR slot = :slot"
_REPLACED = "(slot = :replaced AND evict_at = :replaced_until)"
_GIVE = "SET slot = :slot, evict_at = :evict_at"


class DynamoPermitStore(DynamoTable):
    """The PermitStore port on the table of a DynamoItemStore."""

    def claim(
        self,
        pk: str,
        permit: Permit,
        *,
        now: float,
        replaces: Permit | None = None,
        deadline: Deadline | None = None,
    ) -> Permit | None:
        """Give the permit out with one UpdateItem, or return the one that another slot has. Raises StoreError."""
        values = {":now": number(now), ":slot": {"S": permit.slot}, ":evict_at": number(permit.evict_at)}
        condition = _FREE
        if replaces is not None:
            condition = f"{_FREE} OR {_REPLACED}"
            values |= {":replaced": {"S": replaces.slot}, ":replaced_until": number(replaces.evict_at)}
        update = self._at(
            key_attributes(pk, f"{_PREFIX}{permit.number}"),
            UpdateExpression=_GIVE,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        refused = self._refusal("UpdateItem", update, deadline)
        return None if refused is None else _read_permit("UpdateItem", refused.item)

    def read(self, pk: str, numbers: Collection[int], *, deadline: Deadline | None = None) -> list[Permit]:
        """Return the permits with these numbers that were given out, with one BatchGetItem. Raises StoreError.

        Permits that DynamoDB leaves unprocessed are missing.
        """
        keys = [key_attributes(pk, f"{_PREFIX}{number_}") for number_ in numbers]
        request: dict[str, object] = {"RequestItems": {self._table: {"Keys": keys, "ConsistentRead": True}}}
        answer = self._api.call("BatchGetItem", request, deadline)
        try:
            found = json.loads(answer)["Responses"].get(self._table, [])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("BatchGetItem: an answer without responses") from error
        return [_read_permit("BatchGetItem", attributes) for attributes in found]


def _read_permit(operation: str, attributes: Attributes | Any) -> Permit:
    """Return the permit in these attributes. Raises StoreUnavailable."""
    try:
        number_ = int(attributes["sk"]["S"].removeprefix(_PREFIX))
        return Permit(number_, attributes["slot"]["S"], int(attributes["evict_at"]["N"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(f"{operation}: a permit that is not ours") from error
