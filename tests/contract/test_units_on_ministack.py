"""The units that an emulator names in its answers are noted. Its figures for writes are those of AWS's rules."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.domain.costs.usage import AwsUsage
from brine.ports.billed_calls import current_calls
from brine.ports.caching import Held, Item, Lease

if TYPE_CHECKING:
    from brine.adapters.http1 import HttpClient
    from brine.domain.costs.usage import BilledCall
    from tests.support.emulators.aws import Connect, Emulator


@pytest.mark.races
def test_a_fill_and_a_refused_lease_cost_what_the_documentation_says(
    client: HttpClient, ministack: Emulator, connect: Connect
) -> None:
    calls: list[BilledCall] = []
    token = current_calls.set(calls)
    aws = ministack.reached_over(connect, client)
    try:
        with closing(aws.transport):
            table = ministack.create_table(f"units-{uuid4().hex[:8]}")
            leases, items = DynamoLeaseStore(aws, table), DynamoItemStore(aws, table)
            lease = leases.acquire("r#1", owner="a", now=1.0, expires_at=9.0)
            assert isinstance(lease, Lease)
            assert isinstance(leases.acquire("r#1", owner="b", now=2.0, expires_at=9.0), Held)
            assert leases.commit(lease, "main", Item(envelope=b"x" * 1_300, evict_at=100))
            assert items.read("r#1", "main") is not None
    finally:
        current_calls.reset(token)
    assert [call.units for call in calls[:3]] == [1.0, 1.0, 6.0]  # the item has 2 KB, and the lease is written too
    assert calls[3].units > 0
    assert AwsUsage.of(calls).calls == {"UpdateItem": 2, "TransactWriteItems": 1, "GetItem": 1}
