from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.memory.stores import MemoryItemStore, MemoryStampStore
from brine.domain.purging.stamps import STAMP_LIFETIME
from tests.contract.stamp_store import NOW, StampStoreContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.caching import ItemStore, StampStore
    from tests.support.emulators.aws import Emulator


class TestMemoryStampStore(StampStoreContract):
    @pytest.fixture
    def items(self) -> MemoryItemStore:
        return MemoryItemStore()

    @pytest.fixture
    def stamps(self, items: MemoryItemStore) -> StampStore:
        return MemoryStampStore(items)


class TestDynamoStampStore(StampStoreContract):
    @pytest.fixture
    def items(self, aws: Aws, table: str) -> ItemStore:
        return DynamoItemStore(aws, table)

    @pytest.fixture
    def stamps(self, aws: Aws, table: str) -> StampStore:
        return DynamoStampStore(aws, table)

    def test_a_stamp_goes_when_nothing_it_could_cover_is_of_use(
        self, emulator: Emulator, stamps: StampStore, table: str, name: str
    ) -> None:
        stamps.write(name, at=NOW)
        stamps.write(name, at=NOW)

        key = {"pk": {"S": f"t#{name}"}, "sk": {"S": "stamp"}}
        assert emulator.dynamodb.get_item(TableName=table, Key=key)["Item"]["evict_at"] == {
            "N": str(int(NOW + STAMP_LIFETIME))
        }
