from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb import DynamoItemStore
from brine.adapters.dynamodb_leases import DynamoLeaseStore
from brine.adapters.memory import MemoryItemStore, MemoryLeaseStore
from tests.contract.lease_store import LeaseStoreContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports import ItemStore, LeaseStore


class TestMemoryLeaseStore(LeaseStoreContract):
    @pytest.fixture
    def items(self) -> MemoryItemStore:
        return MemoryItemStore()

    @pytest.fixture
    def leases(self, items: MemoryItemStore) -> LeaseStore:
        return MemoryLeaseStore(items)


class TestDynamoLeaseStore(LeaseStoreContract):
    """On moto, which takes one request at a time here and has no ClientRequestToken: the token alone must suffice."""

    @pytest.fixture
    def items(self, aws: Aws, table: str) -> ItemStore:
        return DynamoItemStore(aws, table)

    @pytest.fixture
    def leases(self, aws: Aws, table: str) -> LeaseStore:
        return DynamoLeaseStore(aws, table)
