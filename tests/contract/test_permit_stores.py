from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.dynamodb.permits import DynamoPermitStore
from brine.adapters.memory.permits import MemoryPermitStore
from brine.domain.resilience.permits import Permit
from brine.errors import StoreUnavailable
from tests.contract.permit_store import LATER, NOW, PermitStoreContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.aws.service import Aws
    from brine.adapters.http1 import HttpClient
    from brine.ports.caching import PermitStore
    from tests.support.emulators.aws import Connect, Emulator


class TestMemoryPermitStore(PermitStoreContract):
    @pytest.fixture
    def permits(self) -> PermitStore:
        return MemoryPermitStore()

    def test_it_can_be_emptied(self) -> None:
        permits = MemoryPermitStore()
        permits.claim("r#1", Permit(3, "v#a", LATER), now=NOW)
        permits.clear()
        assert permits.read("r#1", [3]) == []


class TestDynamoPermitStore(PermitStoreContract):
    @pytest.fixture
    def permits(self, aws: Aws, table: str) -> PermitStore:
        return DynamoPermitStore(aws, table)

    def test_its_item_ends_with_the_variant(
        self, emulator: Emulator, permits: PermitStore, table: str, pk: str
    ) -> None:
        permits.claim(pk, Permit(3, "v#a", LATER), now=NOW)
        key = {"pk": {"S": pk}, "sk": {"S": "permit#3"}}
        item = emulator.dynamodb.get_item(TableName=table, Key=key)["Item"]
        assert item == {**key, "slot": {"S": "v#a"}, "evict_at": {"N": str(LATER)}}

    @pytest.mark.parametrize("attributes", [{}, {"slot": {"N": "1"}}])
    def test_an_item_in_another_form_is_an_error(
        self, emulator: Emulator, permits: PermitStore, table: str, pk: str, attributes: Any
    ) -> None:
        emulator.dynamodb.put_item(
            TableName=table, Item={"pk": {"S": pk}, "sk": {"S": "permit#3"}, "evict_at": {"N": str(LATER)}} | attributes
        )
        with pytest.raises(StoreUnavailable, match="BatchGetItem: a permit that is not ours"):
            permits.read(pk, [3])
        with pytest.raises(StoreUnavailable):
            permits.claim(pk, Permit(3, "v#b", LATER), now=NOW)


@pytest.fixture(scope="session")
def atomic_table(ministack: Emulator) -> str:
    return ministack.create_table("permits")


@pytest.mark.races
class TestDynamoPermitStoreOnMinistack(PermitStoreContract):
    """The contract on an emulator with atomic conditional writes of many clients at once, as in DynamoDB."""

    @pytest.fixture
    def permits(
        self, client: HttpClient, ministack: Emulator, connect: Connect, atomic_table: str
    ) -> Iterator[PermitStore]:
        aws = ministack.reached_over(connect, client)
        with closing(aws.transport):
            yield DynamoPermitStore(aws, atomic_table)
