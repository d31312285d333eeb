from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.budgets import DynamoBudgetStore
from tests.contract.budget_store import BudgetStoreContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.http1 import HttpClient
    from brine.ports.origins import BudgetStore
    from tests.support.emulators.aws import Connect, Emulator


@pytest.fixture(scope="session")
def table(ministack: Emulator) -> str:
    return ministack.create_table("budgets")


@pytest.mark.races
class TestDynamoBudgetStoreOnMinistack(BudgetStoreContract):
    """The contract on an emulator with atomic conditional writes of many clients at once, as in DynamoDB."""

    @pytest.fixture
    def budgets(self, client: HttpClient, ministack: Emulator, connect: Connect, table: str) -> Iterator[BudgetStore]:
        aws = ministack.reached_over(connect, client)
        with closing(aws.transport):
            yield DynamoBudgetStore(aws, table)
