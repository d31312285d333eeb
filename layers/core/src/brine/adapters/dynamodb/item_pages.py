"""The stored responses and results of the cache table, page by page, for operators."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.dynamodb.items import DynamoTable, key_attributes, number, read_item
from brine.errors import StoreUnavailable
from brine.ports.admin import ItemPage, TableItem

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.admin import TableKey
    from brine.ports.deadline import Deadline

PAGE_RETRIES: Final = RetryPolicy(budget=10.0, read_timeout=5.0)
"""A page has up to 1 MB, and no client waits for it."""
_MAX_PAGE: Final = 8_388_608
"""Bytes of an answer: a page has at most 1 MB, a third more in base64, and the names of its attributes."""
_STORED: Final = (
    "attribute_exists(envelope) AND evict_at > :now AND (begins_with(pk, :responses) OR begins_with(pk, :results))"
)


class DynamoItemPages(DynamoTable):
    """The ItemPages port on the table of a DynamoItemStore. A page costs a read unit for each 8 KB that it reads."""

    def __init__(self, aws: Aws, table: str, *, retry_policy: RetryPolicy = PAGE_RETRIES) -> None:
        super().__init__(aws, table, retry_policy=retry_policy, max_answer=_MAX_PAGE)

    def page(
        self, *, limit: int, now: float, after: TableKey | None = None, deadline: Deadline | None = None
    ) -> ItemPage:
        """Return the next items with one Scan, in the order of DynamoDB's hashes. Raises StoreError."""
        parameters: dict[str, object] = {
            "TableName": self._table,
            "Limit": limit,
            "FilterExpression": _STORED,
            "ExpressionAttributeValues": {
                ":now": number(int(now)),
                ":responses": {"S": "r#"},
                ":results": {"S": "c#"},
            },
        }
        if after is not None:
            parameters["ExclusiveStartKey"] = key_attributes(*after)
        try:
            document = json.loads(self._api.call("Scan", parameters, deadline))
            last = document.get("LastEvaluatedKey")
            return ItemPage(
                items=tuple(one for attributes in document["Items"] if (one := _read(attributes)) is not None),
                read=int(document["ScannedCount"]),
                next_after=None if last is None else (last["pk"]["S"], last["sk"]["S"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("Scan: an answer that is not DynamoDB's") from error


def _read(attributes: dict[str, Any]) -> TableItem | None:
    """Return an item with its key; None for one that lacks an attribute of ours."""
    item = read_item(attributes, memoryview(b""))
    return None if item is None else TableItem(attributes["pk"]["S"], attributes["sk"]["S"], item)
