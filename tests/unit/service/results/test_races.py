"""Many callers, in one process and in several: which caller computes, which ones wait, and which result is stored."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.domain.results.key import result_key
from brine.errors import ResultUnavailable, StoreThrottled
from brine.ports.caching import Lease
from brine.ports.deadline import Deadline
from brine.service.flights.in_flight import InFlight
from brine.service.flights.leasing import LEASE_MARGIN, Polling
from brine.service.results.store import SLOT
from brine.service.transaction import ANSWER_RESERVE
from brine_codec import Codec
from tests.support.codec.samples import Box, order
from tests.unit.service.results.world import KEY, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import Held, Item
    from brine.service.flights.in_flight import Flight

CROWD = 20


class Crowd(InFlight):
    """InFlight that know when all callers have come."""

    def __init__(self) -> None:
        super().__init__()
        self.is_there = threading.Barrier(CROWD)

    def join(self, key: str, after: Flight | None = None) -> tuple[Flight, bool]:
        flight, leads = super().join(key, after)
        if after is None and not leads:
            self.is_there.wait(10)
        return flight, leads


def crowded(world: World, compute: Callable[[int], Any], grace: float = 0.0) -> list[Any]:
    """The results of a crowd of threads; the first computation lasts until all other threads wait for it."""
    crowd = Crowd()
    numbers = iter(range(CROWD))

    def first_waits() -> Any:
        number = next(numbers)
        if number == 0:
            crowd.is_there.wait(10)
        return compute(number)

    cache = world.process(in_flight=crowd)

    def call(_: int) -> Any:
        try:
            return cache.get_or_compute(KEY, first_waits, freshness_lifetime=60.0, grace=grace)
        except OSError as error:
            return error

    with ThreadPoolExecutor(CROWD) as threads:
        return list(threads.map(call, range(CROWD)))


def test_a_crowd_in_one_process_computes_once_and_shares_no_object() -> None:
    world = World()
    results = crowded(world, lambda number: Box([number]))
    assert results == [Box([0])] * CROWD
    assert len({id(result) for result in results}) == CROWD
    assert sorted(world.outcomes) == ["collapsed"] * (CROWD - 1) + ["miss"]


def test_when_the_one_computation_fails_one_other_caller_computes_for_the_rest() -> None:
    def compute(number: int) -> int:
        if number == 0:
            raise OSError("first")
        return number

    world = World()
    results = crowded(world, compute)
    assert [result for result in results if isinstance(result, int)] == [1] * (CROWD - 1)
    assert sorted(world.outcomes) == ["collapsed"] * (CROWD - 2) + ["failed", "miss"]


def test_when_that_one_fails_too_the_rest_get_its_exception() -> None:
    def compute(number: int) -> int:
        raise OSError(f"number {number}")

    world = World()
    results = crowded(world, compute)
    assert sorted(map(str, results)) == ["number 0"] + ["number 1"] * (CROWD - 1)
    assert world.outcomes == ["failed"] * CROWD
    assert world.items.items == {}


def test_a_crowd_is_served_stale_while_one_computes() -> None:
    world = World()
    world.process().get_or_compute(KEY, lambda: -1, freshness_lifetime=60, grace=60)
    world.now += 61
    world.told.clear()
    assert sorted(crowded(world, lambda number: number, grace=60.0)) == [-1] * (CROWD - 1) + [0]
    assert sorted(world.outcomes) == ["miss"] + ["stale"] * (CROWD - 1)


def lease_of(world: World, seconds: float = 10.0) -> Lease | Held:
    """The lease of the key, taken as by another process."""
    assert world.leases is not None
    pk = "c#" + result_key(namespace="tests", tenant="", cache="reports", key=KEY)
    return world.leases.acquire(pk, owner="other", now=world.now, expires_at=world.now + seconds)


def test_another_process_waits_for_the_holder_and_is_served_by_it() -> None:
    world = World()
    computing, waited = threading.Event(), threading.Event()

    def slow() -> str:
        computing.set()
        assert waited.wait(10)
        return "computed"

    with ThreadPoolExecutor(1) as threads:
        holder = world.process()
        miss = threads.submit(holder.get_or_compute, KEY, slow, freshness_lifetime=60)
        assert computing.wait(10)

        def sleep(_seconds: float) -> None:
            waited.set()
            miss.result(10)

        world.polling = Polling(sleep=sleep)
        assert world.process().get_or_compute(KEY, lambda: "own", freshness_lifetime=60) == "computed"
    assert world.outcomes == ["miss", "collapsed"]


def test_another_process_serves_stale_and_does_not_wait() -> None:
    world = World(polling=Polling(sleep=lambda _: pytest.fail("it waited")))
    world.process().get_or_compute(KEY, order, freshness_lifetime=60, grace=60)
    world.now += 61
    lease_of(world)
    assert world.process().get_or_compute(KEY, lambda: order(2), freshness_lifetime=60, grace=60) == order()
    assert world.outcomes == ["miss", "stale"]


def test_a_caller_at_its_deadline_gets_an_exception_and_does_not_compute() -> None:
    world = World()
    lease_of(world, seconds=1_000)
    began = world.now
    cache = world.process().within(Deadline(began + 8, lambda: world.now))
    with pytest.raises(ResultUnavailable, match="did not end before the deadline"):
        cache.resolve(KEY, lambda: pytest.fail("it computed"), freshness_lifetime=60)
    assert world.now - began == pytest.approx(8 - ANSWER_RESERVE)
    assert world.outcomes == ["failed"]


def test_a_caller_without_a_deadline_waits_as_long_as_it_takes() -> None:
    world = World()
    lease_of(world, seconds=1_000)
    began = world.now
    assert world.process().resolve(KEY, order, freshness_lifetime=60).event.stored
    assert 1_000 <= world.now - began <= 1_000.2


def test_when_a_computation_takes_too_long_one_other_caller_computes() -> None:
    world = World()
    cache = world.process()
    is_hanging, may_end = threading.Event(), threading.Event()
    computed: list[int] = []

    def hang() -> str:
        is_hanging.set()
        may_end.wait(10)
        return "late"

    def compute() -> str:
        computed.append(1)
        return "in time"

    with ThreadPoolExecutor(CROWD) as threads:
        hung = threads.submit(cache.resolve, KEY, hang, freshness_lifetime=60)
        assert is_hanging.wait(10)
        callers = [threads.submit(cache.get_or_compute, KEY, compute, freshness_lifetime=60) for _ in range(CROWD - 1)]
        world.now += 10 + LEASE_MARGIN
        assert {caller.result(10) for caller in callers} == {"in time"}
        assert len(computed) == 1
        may_end.set()
        late = hung.result(10)
    assert (late.value, late.event.stored) == ("late", False)
    assert cache.get_or_compute(KEY, str, freshness_lifetime=60) == "in time"


def test_a_purge_during_the_computation_lets_one_other_caller_compute() -> None:
    world = World()
    crowd = Crowd()
    cache = world.process(in_flight=crowd)
    numbers = count()

    def compute() -> int:
        number = next(numbers)
        if number == 0:
            crowd.is_there.wait(10)
            cache.purge(KEY)
            world.now += 1
        return number

    with ThreadPoolExecutor(CROWD) as threads:
        results = list(threads.map(lambda _: cache.get_or_compute(KEY, compute, freshness_lifetime=60), range(CROWD)))
    assert sorted(results) == [0] + [1] * (CROWD - 1)


def test_after_two_failures_in_other_processes_a_caller_does_not_compute() -> None:
    world = World()
    leases = world.leases
    assert leases is not None
    first = lease_of(world)

    def sleep(_seconds: float) -> None:
        """Let the first computation fail, another process take over, and fail too."""
        assert isinstance(first, Lease)
        leases.release(first, ending="failed", failure="OSError")
        second = lease_of(world, seconds=20)
        assert isinstance(second, Lease)
        leases.release(second, ending="failed", failure="KeyError")

    world.polling = Polling(sleep=sleep)
    with pytest.raises(ResultUnavailable, match=r"two computations by other callers raised KeyError; .*`negative`"):
        world.process().get_or_compute(KEY, order, freshness_lifetime=60)


def test_the_lease_of_a_dead_holder_is_taken_over_and_its_late_commit_loses() -> None:
    world = World()
    dead = lease_of(world, seconds=3)
    assert world.process().resolve(KEY, order, freshness_lifetime=60).event.stored
    ((place, item),) = world.items.items.items()
    assert isinstance(dead, Lease)
    assert world.leases is not None
    assert item.generation == dead.token + 1
    assert not world.leases.commit(dead, SLOT, item)
    assert place == (dead.pk, SLOT)


def test_a_zombie_stores_nothing_and_still_has_its_result() -> None:
    world = World()

    def slow() -> str:
        world.now += 13  # the lease is over
        assert world.process().get_or_compute(KEY, lambda: "newer", freshness_lifetime=60) == "newer"
        return "older"

    zombie = world.process()
    resolved = zombie.resolve(KEY, slow, freshness_lifetime=60)
    assert (resolved.value, resolved.event.stored) == ("older", False)
    assert zombie.get_or_compute(KEY, str, freshness_lifetime=60) == "newer"


def test_a_result_stored_between_look_up_and_lease_is_not_computed_again() -> None:
    class Late(MemoryItemStore):
        """Its first read is from before the other process's write."""

        is_late = False

        def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
            is_late, self.is_late = self.is_late and not consistent, False
            return None if is_late else super().read(pk, sk, consistent=consistent)

    items = Late()
    world = World(items=items)
    world.process().get_or_compute(KEY, order, freshness_lifetime=60)
    items.is_late = True
    resolved = world.process().resolve(KEY, lambda: order(2), freshness_lifetime=60)
    assert (resolved.value, resolved.event.outcome) == (order(), "collapsed")
    assert isinstance(lease_of(world), Lease), "the lease was given back"


class Surprise(Exception):
    """An exception that no code expects."""


@pytest.mark.parametrize("where", ["seal", "open"])
def test_the_lease_is_given_back_when_something_unforeseen_happens(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(MemoryItemStore):
        """A store that gives an item only for a consistent read."""

        def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
            return super().read(pk, sk) if consistent else None

    def surprise(*_: object, **__: object) -> bytes:
        raise Surprise

    world = World(items=Late())
    if where == "open":
        world.process().get_or_compute(KEY, order, freshness_lifetime=60)
    monkeypatch.setattr(Codec, where, surprise)
    with pytest.raises(Surprise):
        world.process().get_or_compute(KEY, order, freshness_lifetime=60)
    assert isinstance(lease_of(world), Lease)


def test_without_a_lease_nothing_is_stored() -> None:
    class Down(MemoryLeaseStore):
        def acquire(self, *_: Any, **__: Any) -> Lease | Held:
            raise StoreThrottled("UpdateItem")

    items = MemoryItemStore()
    world = World(items=items, leases=Down(items))
    resolved = world.process().resolve(KEY, order, freshness_lifetime=60)
    assert (resolved.value, resolved.event.stored) == (order(), False)
    assert [str(fault) for fault in resolved.event.faults] == ["table-throttled"]
