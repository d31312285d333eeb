from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.circuits import DynamoCircuitStore
from tests.contract.circuit_store import CircuitStoreContract

if TYPE_CHECKING:
    from brine.adapters.http1 import HttpClient
    from brine.ports.origins import CircuitStore
    from tests.support.emulators.aws import Emulator


@pytest.fixture(scope="session")
def table(ministack: Emulator) -> str:
    return ministack.create_table("circuits")


@pytest.mark.races
class TestDynamoCircuitStoreOnMinistack(CircuitStoreContract):
    """The contract on an emulator with atomic conditional writes of many clients at once, as in DynamoDB."""

    @pytest.fixture
    def circuits(self, client: HttpClient, ministack: Emulator, table: str) -> CircuitStore:
        return DynamoCircuitStore(ministack.reached_by(client), table)
