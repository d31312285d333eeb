from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.memory.stores import MemoryItemStore
from tests.contract.item_store import ItemStoreContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.caching import ItemStore


class TestMemoryItemStore(ItemStoreContract):
    @pytest.fixture
    def store(self) -> ItemStore:
        return MemoryItemStore()


class TestDynamoItemStore(ItemStoreContract):
    @pytest.fixture
    def store(self, aws: Aws, table: str) -> ItemStore:
        return DynamoItemStore(aws, table)
