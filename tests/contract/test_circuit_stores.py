from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.circuits import DynamoCircuitStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.domain.resilience.circuit import PROBE_WINDOW
from brine.errors import StoreUnavailable
from tests.contract.circuit_store import NOW, OPENING, CircuitStoreContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.origins import CircuitStore
    from tests.support.emulators.aws import Emulator


class TestMemoryCircuitStore(CircuitStoreContract):
    @pytest.fixture
    def circuits(self) -> CircuitStore:
        return MemoryCircuitStore()


class TestDynamoCircuitStore(CircuitStoreContract):
    @pytest.fixture
    def circuits(self, aws: Aws, table: str) -> CircuitStore:
        return DynamoCircuitStore(aws, table)

    @pytest.fixture
    def key(self, origin: OriginAddress) -> dict[str, dict[str, str]]:
        """The key of the origin's circuit. It omits the name, which may come from a secret variable."""
        digest = sha256(f"https://{origin.host}".encode()).hexdigest()
        return {"pk": {"S": f"o#{digest}"}, "sk": {"S": "circuit"}}

    def test_it_goes_by_itself_once_nobody_has_probed_for_long(
        self,
        emulator: Emulator,
        circuits: CircuitStore,
        table: str,
        origin: OriginAddress,
        key: dict[str, dict[str, str]],
    ) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        opened = emulator.dynamodb.get_item(TableName=table, Key=key)["Item"]
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        claimed = emulator.dynamodb.get_item(TableName=table, Key=key)["Item"]
        assert opened == {
            **key,
            "open_until": {"N": repr(NOW)},
            "evict_at": {"N": str(int(NOW) + PROBE_WINDOW)},
            "stage": {"N": "1"},
            "opened_at": {"N": repr(NOW - 30.25)},
            "failed": {"N": "7"},
            "requests": {"N": "10"},
        }
        assert claimed["evict_at"] == {"N": str(int(NOW) + 5 + PROBE_WINDOW)}

    def test_an_item_in_another_form_is_an_error(
        self,
        emulator: Emulator,
        circuits: CircuitStore,
        table: str,
        origin: OriginAddress,
        key: dict[str, dict[str, str]],
    ) -> None:
        emulator.dynamodb.put_item(TableName=table, Item={**key, "open_until": {"S": "soon"}})
        with pytest.raises(StoreUnavailable):
            circuits.read(origin)
        assert isinstance(circuits, DynamoCircuitStore)
        with pytest.raises(StoreUnavailable):
            circuits.state(origin)
