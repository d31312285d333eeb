from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from tests.contract.lease_store import NOW, OLD, LeaseStoreContract, taken

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.caching import ItemStore, LeaseStore
    from tests.support.emulators.aws import Emulator


class TestMemoryLeaseStore(LeaseStoreContract):
    @pytest.fixture
    def items(self) -> MemoryItemStore:
        return MemoryItemStore()

    @pytest.fixture
    def leases(self, items: MemoryItemStore) -> LeaseStore:
        return MemoryLeaseStore(items)


class TestDynamoLeaseStore(LeaseStoreContract):
    """The contract on moto, which takes one request at a time and has no ClientRequestToken: the token suffices."""

    @pytest.fixture
    def items(self, aws: Aws, table: str) -> ItemStore:
        return DynamoItemStore(aws, table)

    @pytest.fixture
    def leases(self, aws: Aws, table: str) -> LeaseStore:
        return DynamoLeaseStore(aws, table)

    def test_tokens_grow_on_when_the_ttl_has_taken_the_lease(
        self, emulator: Emulator, leases: LeaseStore, items: ItemStore, table: str, pk: str
    ) -> None:
        lease = taken(leases, pk, "a")
        emulator.dynamodb.delete_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": "lease"}})

        next_one = taken(leases, pk, "b", now=NOW + 8 * 86_400)

        assert next_one.token > lease.token
        assert not leases.commit(lease, "main", OLD)
        assert items.read(pk, "main", consistent=True) is None
