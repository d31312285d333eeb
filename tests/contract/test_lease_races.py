from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.ports.caching import Lease
from tests.contract.lease_store import LeaseStoreContract
from tests.contract.racing import PROCESSES, THREADS, Course, Turn, race, violations
from tests.support.emulators.aws import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.aws.service import Aws
    from brine.adapters.http1 import HttpClient
    from brine.ports.caching import ItemStore, LeaseStore
    from tests.support.emulators.aws import Connect, Emulator

ROUNDS = 6


@pytest.fixture
def aws(client: HttpClient, ministack: Emulator, connect: Connect) -> Iterator[Aws]:
    aws = ministack.reached_over(connect, client)
    with closing(aws.transport):
        yield aws


@pytest.fixture(scope="session")
def table(ministack: Emulator) -> str:
    return ministack.create_table("races")


@pytest.mark.races
class TestDynamoLeaseStoreUnderConcurrency(LeaseStoreContract):
    """The contract on an emulator that serves many requests at the same time."""

    @pytest.fixture
    def items(self, aws: Aws, table: str) -> ItemStore:
        return DynamoItemStore(aws, table)

    @pytest.fixture
    def leases(self, aws: Aws, table: str) -> LeaseStore:
        return DynamoLeaseStore(aws, table)


@pytest.mark.races
def test_one_of_two_hundred_clients_has_the_lease_and_only_holders_commit(
    ministack: Emulator, aws: Aws, table: str
) -> None:
    course = Course(ministack.endpoint_url, REGION, table, f"r#{uuid.uuid4().hex}", ROUNDS)

    turns = race(course)

    assert PROCESSES * THREADS == 200
    assert violations(turns, ROUNDS) == []
    stored = DynamoItemStore(aws, table).read(course.pk, "main", consistent=True)
    assert stored is not None
    last = max((turn.lease for turn in turns if turn.committed), key=lambda lease: lease.token)
    assert (stored.generation, stored.envelope.decode()) == (last.token, last.owner)


def turn(token: int, **others: object) -> Turn:
    """The turn of a round with one lease, all in order."""
    ordinary = Turn(
        number=token - 1,
        phase=0,
        lease=Lease("r#1", f"owner {token}", token, 10.0),
        found=token - 1,
        ending="commit",
        taken_at=10.0 * token,
        ended_at=10.0 * token + 1,
        committed=True,
    )
    return replace(ordinary, **others)  # type: ignore[arg-type]  # checked at run time


def test_a_race_in_order_has_no_violations() -> None:
    zombie = turn(2, ending="expire", committed=False, ended_at=99.0)

    assert violations([turn(1), turn(2), turn(3)], 3) == []
    assert violations([turn(1), zombie, turn(3, found=1)], 3) == []


@pytest.mark.parametrize(
    "turns",
    [
        [turn(1), turn(2, number=0)],
        [turn(1), turn(1, number=1, taken_at=20.0)],
        [turn(1), turn(2, phase=1)],
        [turn(1, committed=False), turn(2, found=0)],
        [turn(1, ending="expire", ended_at=30.0), turn(2)],
        [turn(1, ending="expire"), turn(2, found=0)],
        [turn(1, ending="expire", committed=False), turn(2)],
    ],
    ids=["two at once", "one token", "none", "refused", "a zombie's commit", "a commit after", "a write of its own"],
)
def test_a_race_out_of_order_is_seen(turns: list[Turn]) -> None:
    assert violations(turns, 2) != []
