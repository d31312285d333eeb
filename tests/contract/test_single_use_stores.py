from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.single_use import DynamoSingleUseStore
from brine.adapters.memory.channels import MemorySingleUseStore
from brine.errors import StoreUnavailable
from tests.contract.single_use_store import EVICT_AT, SingleUseStoreContract, begin

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from tests.support.emulators.aws import Emulator


class TestMemorySingleUseStore(SingleUseStoreContract):
    @pytest.fixture
    def marks(self) -> MemorySingleUseStore:
        return MemorySingleUseStore()

    def test_of_many_at_once_one_may(self) -> None:
        marks = MemorySingleUseStore()
        with ThreadPoolExecutor(16) as threads:
            found = list(threads.map(lambda number: begin(marks, "u#1", str(number)), range(50)))
        assert found.count(None) == 1


class TestDynamoSingleUseStore(SingleUseStoreContract):
    @pytest.fixture
    def marks(self, aws: Aws, table: str) -> DynamoSingleUseStore:
        return DynamoSingleUseStore(aws, table)

    def test_an_item_goes_when_its_envelope_has_expired(
        self, marks: DynamoSingleUseStore, key: str, emulator: Emulator, table: str
    ) -> None:
        begin(marks, key, "a")
        marks.settle(key, owner="a")
        item = emulator.dynamodb.get_item(TableName=table, Key={"pk": {"S": key}, "sk": {"S": "once"}})["Item"]
        assert item["evict_at"] == {"N": str(EVICT_AT)}
        assert item.keys() == {"pk", "sk", "owner", "sending_until", "sent", "evict_at"}

    def test_a_mark_that_is_not_ours_is_a_failure(
        self, marks: DynamoSingleUseStore, key: str, emulator: Emulator, table: str
    ) -> None:
        emulator.dynamodb.put_item(TableName=table, Item={"pk": {"S": key}, "sk": {"S": "once"}})
        with pytest.raises(StoreUnavailable, match="a mark that is not ours"):
            begin(marks, key, "a")
