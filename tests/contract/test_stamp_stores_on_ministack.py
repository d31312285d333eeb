from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.stamps import DynamoStampStore
from tests.contract.stamp_store import StampStoreContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.aws.service import Aws
    from brine.adapters.http1 import HttpClient
    from brine.ports.caching import ItemStore, StampStore
    from tests.support.emulators.aws import Connect, Emulator


@pytest.fixture
def aws(client: HttpClient, ministack: Emulator, connect: Connect) -> Iterator[Aws]:
    aws = ministack.reached_over(connect, client)
    with closing(aws.transport):
        yield aws


@pytest.fixture(scope="session")
def table(ministack: Emulator) -> str:
    return ministack.create_table("stamps")


@pytest.mark.races
class TestDynamoStampStoreOnMinistack(StampStoreContract):
    """The contract on another emulator."""

    @pytest.fixture
    def items(self, aws: Aws, table: str) -> ItemStore:
        return DynamoItemStore(aws, table)

    @pytest.fixture
    def stamps(self, aws: Aws, table: str) -> StampStore:
        return DynamoStampStore(aws, table)
