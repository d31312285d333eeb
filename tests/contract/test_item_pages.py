from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.dynamodb.item_pages import DynamoItemPages
from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.memory.stores import MemoryItemStore
from tests.contract.item_pages import NOW, ItemPagesContract, all_pages

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from tests.contract.item_pages import Paged
    from tests.support.emulators.aws import Emulator


class PagedTable(DynamoItemStore, DynamoItemPages):
    """Both ports on one table."""

    def __init__(self, aws: Aws, table: str) -> None:
        DynamoItemPages.__init__(self, aws, table)


class TestMemoryItemPages(ItemPagesContract):
    @pytest.fixture
    def paged(self) -> Paged:
        return MemoryItemStore()


class TestDynamoItemPages(ItemPagesContract):
    @pytest.fixture
    def paged(self, aws: Aws, table: str) -> Paged:
        return PagedTable(aws, table)

    def test_leases_stamps_and_foreign_items_are_left_out(
        self, emulator: Emulator, aws: Aws, table: str, paged: Paged
    ) -> None:
        DynamoLeaseStore(aws, table).acquire("r#1", owner="a", now=NOW, expires_at=NOW + 5)
        DynamoStampStore(aws, table).write("tag:x", at=NOW)
        foreign: dict[str, Any] = {
            "pk": {"S": "r#foreign"},
            "sk": {"S": "main"},
            "envelope": {"B": b"x"},
            "evict_at": {"N": "2000000000"},
        }
        emulator.dynamodb.put_item(TableName=table, Item=foreign)
        found, read, _ = all_pages(paged, 10)
        assert (found, read) == ([], 3)
