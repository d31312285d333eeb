"""The cost of a flood of invented URLs: one answer of the origin each, and no item in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore
from brine.errors import StoreThrottled
from tests.support.gateway.world import World, response, status_of, with_fetcher
from tests.unit.service.purging.test_purge import purger_of

if TYPE_CHECKING:
    from brine.ports.caching import Held, Item, Lease
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.answer import Answer

LIMIT = 3
CAPPED = "brine; fwd=uri-miss; fwd-status=200; detail=new-keys-capped"


class CountedLeases(MemoryLeaseStore):
    """Leases that count the calls that write."""

    calls = 0

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        self.calls += 1
        return super().acquire(pk, owner=owner, now=now, expires_at=expires_at)

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        self.calls += 1
        return super().commit(lease, sk, item)


class Throttled(MemoryItemStore):
    """A table that may fail on reads."""

    is_down = False

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        if self.is_down:
            raise StoreThrottled("GetItem")
        return super().read(pk, sk, consistent=consistent)


@pytest.fixture
def items() -> Throttled:
    return Throttled()


@pytest.fixture
def leases(items: Throttled) -> CountedLeases:
    return CountedLeases(items)


@pytest.fixture
def world(items: Throttled, leases: CountedLeases) -> World:
    world = World(items=items, leases=leases, bodies=MemoryBodyStore())
    world.origin = MemoryOrigin(lambda *_: response())
    world.restart()
    return world


def flood(world: World, number: int, /, prefix: str = "/guarded/x", **fields: str) -> list[Answer]:
    """The answers to so many new queries."""
    first = len(world.fetched)
    return [world.ask(f"{prefix}?{first + each}", **fields) for each in range(number)]


def test_new_keys_above_the_limit_are_forwarded_and_not_stored(world: World, leases: CountedLeases) -> None:
    assert [answer.stored for answer in flood(world, LIMIT)] == [True] * LIMIT
    calls, items = leases.calls, dict(world.items.items)
    for answer in flood(world, 3):
        assert (answer.response.body, answer.stored, status_of(answer)) == (b"hello", False, CAPPED)
        assert [str(fault) for fault in answer.faults] == ["new-keys-capped"]
    assert (leases.calls, world.items.items) == (calls, items)


def test_what_is_stored_is_served_and_refreshed_all_the_same(world: World) -> None:
    flood(world, LIMIT + 1)
    assert world.ask("/guarded/x?0").result == "hit"
    world.restart()
    world.now += 1
    flood(world, LIMIT + 1)
    world.now += 59.5  # stale, and within the minute of the second flood
    answer = world.ask("/guarded/x?0")
    assert (answer.result, answer.stored) == ("miss", True)


def test_what_was_purged_is_no_new_key(world: World) -> None:

    flood(world, LIMIT)
    purger_of(world).everything()
    world.now += 2
    assert [world.ask(f"/guarded/x?{number}").stored for number in range(LIMIT)] == [True] * LIMIT


def test_new_variants_count_as_new_keys(world: World, leases: CountedLeases) -> None:
    """Without that, invented values of a selecting header would cause a write each, however few variants are kept."""
    answers = [world.ask("/guarded/x", accept_language=f"x{number}") for number in range(10)]
    assert [answer.stored for answer in answers] == [*[True] * LIMIT, *[False] * 7]
    assert "detail=new-keys-capped" in status_of(answers[-1])
    assert leases.calls == 2 * LIMIT


def test_a_variant_that_is_stored_is_renewed_whatever_was_capped(world: World) -> None:
    for number in range(5):
        world.ask("/guarded/x", accept_language=f"x{number}")
    world.now += 59.9
    assert world.ask("/guarded/x", accept_language="x1", cache_control="no-cache").stored


def test_a_minute_later_there_is_room_again(world: World) -> None:
    flood(world, LIMIT + 1)
    world.now += 60
    assert [answer.stored for answer in flood(world, LIMIT + 1)] == [*[True] * LIMIT, False]


def test_routes_have_room_of_their_own(world: World) -> None:
    flood(world, LIMIT + 1)
    assert all(answer.stored for answer in flood(world, 3 * LIMIT, "/timed/x"))


def test_a_route_that_says_nothing_stores_the_responses_of_600_new_keys_in_a_minute(world: World) -> None:
    assert all(answer.stored for answer in flood(world, 600, "/timed/x"))
    assert [status_of(answer) for answer in flood(world, 2, "/timed/x")] == [CAPPED] * 2
    world.now += 60
    assert flood(world, 1, "/timed/x")[0].stored


def test_a_request_that_waits_for_nobody_is_counted_when_there_is_something_to_store(world: World) -> None:
    for answer in flood(world, 2 * LIMIT, authorization="Bearer x"):
        assert (answer.stored, answer.faults) == (False, ())
    world.origin = MemoryOrigin(lambda *_: response(cache_control="public, max-age=60"))
    guard = world.fetcher.key_guard
    world.restart()

    world.gateway = with_fetcher(world.gateway, key_guard=guard)
    answers = flood(world, LIMIT + 1, authorization="Bearer x")
    assert [answer.stored for answer in answers] == [*[True] * LIMIT, False]
    assert status_of(answers[-1]) == CAPPED


def test_a_table_that_fails_makes_no_key_new(world: World, items: Throttled) -> None:
    items.is_down = True
    for answer in flood(world, 2 * LIMIT):
        assert [str(fault) for fault in answer.faults] == ["table-throttled"]
    items.is_down = False
    assert [answer.stored for answer in flood(world, LIMIT)] == [True] * LIMIT
