"""A patch for the transactions of moto, so that they do not copy the whole table.

moto copies the table for each write of a transaction, to be able to roll it back. This takes time for each stored item,
so a cache table becomes too slow within minutes. A transaction can only change the partitions that it names, so the
patch copies only these.
"""

from __future__ import annotations

import copy
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    type Transact = Callable[[Any, list[dict[str, Any]]], None]

_partitions: ContextVar[list[Any] | None] = ContextVar("partitions", default=None)
"""The hash keys of the current transaction, as moto keeps them."""


def patch_moto() -> None:
    """Replace moto's own methods, in the process that serves moto."""
    from moto.dynamodb import models  # noqa: PLC0415  (takes 1.3 s, and only the process of moto needs it)
    from moto.dynamodb.models import table as tables  # noqa: PLC0415  (see above)

    backend: Any = models.DynamoDBBackend
    table: Any = tables.Table
    table.__deepcopy__ = _copy_table
    backend.transact_write_items = _recording_partitions(backend.transact_write_items)


def _copy_table(table: Any, memo: dict[int, Any]) -> Any:
    """Return a copy of a table. Within a transaction, only the partitions that the transaction names are copied."""
    clone = memo[id(table)] = copy.copy(table)
    partitions = _partitions.get()
    if partitions is None:
        clone.__dict__.update({name: copy.deepcopy(value, memo) for name, value in vars(table).items()})
        return clone
    clone.items = table.items.copy()
    for partition in partitions:
        if partition in table.items:
            clone.items[partition] = copy.deepcopy(table.items[partition], memo)
    return clone


def _recording_partitions(transact: Transact) -> Transact:
    """Return `transact_write_items`, which first records the partitions that it names."""
    from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415  (see above)

    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        named = []
        for write in transact_items:
            for operation in write.values():
                table = backend.tables.get(operation.get("TableName"))
                key = operation.get("Item") or operation.get("Key") or {}
                if table is not None and table.hash_key_attr in key:
                    named.append(DynamoType(key[table.hash_key_attr]))
        token = _partitions.set(named)
        try:
            transact(backend, transact_items)
        finally:
            _partitions.reset(token)

    return transact_write_items
