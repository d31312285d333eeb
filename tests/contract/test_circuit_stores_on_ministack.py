from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.circuits import DynamoCircuitStore
from tests.contract.circuit_store import CircuitStoreContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.http1 import HttpClient
    from brine.ports.origins import CircuitStore
    from tests.support.emulators.aws import Connect, Emulator


@pytest.fixture(scope="session")
def table(ministack: Emulator) -> str:
    return ministack.create_table("circuits")


@pytest.mark.races
class TestDynamoCircuitStoreOnMinistack(CircuitStoreContract):
    """The contract on an emulator with atomic conditional writes of many clients at once, as in DynamoDB."""

    @pytest.fixture
    def circuits(self, client: HttpClient, ministack: Emulator, connect: Connect, table: str) -> Iterator[CircuitStore]:
        aws = ministack.reached_over(connect, client)
        with closing(aws.transport):
            yield DynamoCircuitStore(aws, table)
