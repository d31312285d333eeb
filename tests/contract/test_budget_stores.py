from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.budgets import DynamoBudgetStore
from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.domain.resilience.budget import SLOTS
from brine.domain.resilience.budget_plan import MOST_SLOTS
from brine.errors import StoreUnavailable
from tests.contract.budget_store import SLOT, BudgetStoreContract, take
from tests.integration.billing import item_size

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.origins import BudgetStore
    from tests.support.emulators.aws import Emulator


class TestMemoryBudgetStore(BudgetStoreContract):
    @pytest.fixture
    def budgets(self) -> BudgetStore:
        return MemoryBudgetStore()


class TestDynamoBudgetStore(BudgetStoreContract):
    @pytest.fixture
    def budgets(self, aws: Aws, table: str) -> BudgetStore:
        return DynamoBudgetStore(aws, table)

    @pytest.fixture
    def item_key(self, key: str) -> dict[str, dict[str, str]]:
        """The key of the item. It omits the origin, which may come from a secret variable, and the tenant."""
        return {"pk": {"S": f"b#{sha256(key.encode()).hexdigest()}"}, "sk": {"S": "budget"}}

    def test_the_item_expires_and_is_below_one_kilobyte(
        self, emulator: Emulator, budgets: BudgetStore, table: str, key: str, item_key: dict[str, dict[str, str]]
    ) -> None:
        slots = {SLOT + number: 600 for number in range(MOST_SLOTS + SLOTS // 4)}
        budgets.take(key, take(units=sum(slots.values()), slots=slots))
        item = emulator.dynamodb.get_item(TableName=table, Key=item_key)["Item"]
        assert item["evict_at"] == {"N": str(take().evict_at)}
        assert item_size(item) <= 1024 + 512  # a second unit only for a moment

    def test_an_item_in_another_form_is_an_error(
        self, emulator: Emulator, budgets: BudgetStore, table: str, key: str, item_key: dict[str, dict[str, str]]
    ) -> None:
        emulator.dynamodb.put_item(TableName=table, Item={**item_key, "n_soon": {"N": "1"}})
        with pytest.raises(StoreUnavailable):
            budgets.take(key, take())
