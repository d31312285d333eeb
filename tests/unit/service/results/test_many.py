"""Many results at once: one lookup, one computation of the missing ones, and no two callers that block each other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from brine import cached
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.resilience.backoff import Backoff
from brine.errors import StoreUnavailable
from brine.service.flights.leasing import Polling
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine import Cache

type Number = tuple[str, int]


def keys(*numbers: int) -> list[Number]:
    return [("n", number) for number in numbers]


class Computation:
    """Computes the double of each number, and remembers which keys it was asked for."""

    def __init__(self, *left_out: int) -> None:
        self.asked: list[list[int]] = []
        self.left_out = left_out

    def __call__(self, missing: list[Number]) -> dict[Number, int]:
        self.asked.append([number for _, number in missing])
        return {key: key[1] * 2 for key in missing if key[1] not in self.left_out}


def get(cache: Cache, numbers: Collection[int], compute: Any, **options: Any) -> dict[int, Any]:
    options = {"freshness_lifetime": 60} | options
    return {key[1]: value for key, value in cache.get_many(keys(*numbers), compute, **options).items()}


def test_only_the_missing_ones_are_computed_all_at_once() -> None:
    world = World()
    cache, other = world.process(), world.process()
    compute = Computation()
    assert get(cache, [3, 1, 2, 1], compute) == {3: 6, 1: 2, 2: 4}
    assert list(get(cache, [1, 4, 2, 5], compute)) == [1, 4, 2, 5], "in the order of the keys"
    assert get(other, range(1, 6), compute) == {number: number * 2 for number in range(1, 6)}
    assert get(other, [], compute) == {}
    assert compute.asked == [[3, 1, 2], [4, 5]]
    assert cache.get_or_compute(("n", 5), int, freshness_lifetime=60) == 10
    assert world.outcomes == ["miss"] * 3 + ["hit", "miss", "hit", "miss"] + ["hit"] * 5 + ["hit"]
    assert {event.layer for event in world.told[7:12]} == {"table"}


def test_keys_that_the_computation_leaves_out_are_left_out_and_asked_for_again() -> None:
    world = World()
    cache = world.process()
    compute = Computation(2)
    assert get(cache, [1, 2, 3], compute) == {1: 2, 3: 6}
    assert get(cache, [1, 2, 3], compute) == {1: 2, 3: 6}
    assert compute.asked == [[1, 2, 3], [2]]


def test_tags_purge_some_of_them() -> None:
    world = World()
    cache = world.process()
    compute = Computation()
    options = {"tags": lambda key: [f"tag {key[1]}"]}
    get(cache, [1, 2], compute, **options)
    cache.purge_tag("tag 2")
    assert get(world.process(), [1, 2], compute, **options) == {1: 2, 2: 4}
    assert get(world.process(), [1, 2], compute, tags=["another"]) == {1: 2, 2: 4}
    assert compute.asked == [[1, 2], [2]]


def test_large_results_come_from_the_body_store() -> None:
    world = World(inline_limit=100)
    compute = Computation()

    def large(missing: list[Number]) -> dict[Number, bytes]:
        compute(missing)
        return {key: bytes(range(256)) * (key[1] + 1) for key in missing}

    get(world.process(), range(20), large)
    assert get(world.process(), range(20), large) == {number: bytes(range(256)) * (number + 1) for number in range(20)}
    assert len(compute.asked) == 1


def test_an_exception_is_raised_unless_all_have_a_stale_result() -> None:
    world = World()
    cache = world.process()

    def fails(_: list[Number]) -> dict[Number, int]:
        raise RuntimeError("no")

    get(cache, [1, 2], Computation(), grace=600)
    world.now += 61
    assert get(cache, [1, 2], fails, grace=600) == {1: 2, 2: 4}
    assert world.outcomes[-2:] == ["stale", "stale"]
    with pytest.raises(RuntimeError, match="no"):
        get(cache, [1, 2, 3], fails, grace=600)
    compute = Computation()
    assert get(cache, [1, 2, 3], compute, grace=600) == {1: 2, 2: 4, 3: 6}
    assert compute.asked == [[1, 2, 3]], "the leases were given back"


def test_when_the_table_fails_all_are_computed_and_not_stored() -> None:
    class Failing(MemoryStampStore):
        def read_with_items(self, *_: Any, **__: Any) -> Any:
            raise StoreUnavailable("no answer")

    items = MemoryItemStore()
    world = World(items, stamps=Failing(items))
    assert get(world.process(), [1, 2], Computation()) == {1: 2, 2: 4}
    assert {fault.kind for event in world.told for fault in event.faults} == {"table"}


def test_two_callers_with_the_same_keys_in_other_orders_compute_each_once() -> None:
    """Each of them waits for the keys of the other, when it holds no lease itself."""
    world = World()
    cache = world.process()
    both = threading.Barrier(2)
    asked: list[int] = []

    def compute(missing: list[Number]) -> dict[Number, int]:
        if len(missing) > 1:
            with suppress(threading.BrokenBarrierError):  # one of them may have taken all the keys
                both.wait(2)
        asked.extend(number for _, number in missing)
        return {key: key[1] * 2 for key in missing}

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(get, cache, range(5), compute)
        # the other one has keys of its own, so that both compute at the same time
        second = threads.submit(get, cache, [9, 8, 4, 3, 2, 1, 0], compute)
        assert first.result(30) == {number: number * 2 for number in range(5)}
        assert second.result(30) == {number: number * 2 for number in (9, 8, 4, 3, 2, 1, 0)}
    assert sorted(asked) == [0, 1, 2, 3, 4, 8, 9]


@pytest.mark.parametrize("lead", ["sync", "other environment"])
def test_a_key_that_another_caller_computes_is_waited_for(lead: str) -> None:
    world = World(polling=Polling(backoff=Backoff(first=0.001, longest=0.002, least=0.5)))  # with real pauses
    cache = world.process()
    other = cache if lead == "sync" else world.process()
    is_computing, may_end = threading.Event(), threading.Event()

    def slow() -> str:
        is_computing.set()
        may_end.wait(10)
        return "by the other"

    def compute(missing: list[Number]) -> dict[Number, Any]:
        may_end.set()
        assert missing == keys(1), "the other one is computing 2"
        return {key: key[1] for key in missing}

    with ThreadPoolExecutor(1) as threads:
        thread = threads.submit(other.get_or_compute, ("n", 2), slow, freshness_lifetime=60)
        assert is_computing.wait(10)
        assert get(cache, [2, 1], compute) == {2: "by the other", 1: 1}
        thread.result(10)


class Missing(Exception):
    """A result."""


def test_a_cached_function_is_called_for_each_missing_one() -> None:
    world = World()
    cache = world.process()
    called: list[tuple[int, int]] = []

    @cached(cache, freshness_lifetime=60, key=lambda one, other=1: (one, other), negative={Missing: 10})
    def product(one: int, other: int = 1) -> int:
        called.append((one, other))
        if one == 13:
            raise Missing("unlucky")
        return one * other

    assert product(2, 3) == 6
    assert product.get_many([(2, 3), (4,), (4, 1), (5, 5)]) == [6, 4, 4, 25]
    assert product.get_many([(5, 5), (4,)]) == [25, 4]
    assert called == [(2, 3), (4, 1), (5, 5)]
    for _ in range(2):
        with pytest.raises(Missing, match="unlucky"):
            product.get_many([(4,), (13,)])
    assert called[3:] == [(13, 1)]


def test_a_cache_can_be_cleared_for_tests() -> None:
    world = World(inline_limit=100)
    cache, other = world.process(), world.process()
    compute = Computation()
    get(cache, [1], compute)
    cache.get_or_compute("large", lambda: bytes(1_000) * 9 + bytes(range(256)), freshness_lifetime=60)
    cache.purge_tag("a")
    cache.clear()
    stores: list[Any] = [world.items, world.stamps, world.leases, world.bodies]
    assert [vars(store)[name] for store, name in zip(stores, ("items", "stamps", "leases", "bodies"), strict=True)] == [
        {}
    ] * 4
    for each in (cache, other):
        get(each, [1], compute)
    assert compute.asked == [[1], [1]]


def test_a_result_that_another_caller_stored_meanwhile_is_free_at_once_for_the_callers_that_wait() -> None:
    world = World()

    class Leases(MemoryLeaseStore):
        def acquire(self, pk: str, **options: Any) -> Any:
            if others:
                others.pop()
                get(world.process(), [1], stored_meanwhile)
            return super().acquire(pk, **options)

    world.leases = leases = Leases(world.items)
    others, stored_meanwhile, compute = ["one"], Computation(), Computation()

    def held_leases(missing: list[Number]) -> dict[Number, int]:
        held.extend(key for key in leases.leases if leases.holder(key) is not None)
        return compute(missing)

    held: list[str] = []
    assert get(world.process(), [1, 2], held_leases) == {1: 2, 2: 4}
    assert compute.asked == [[2]]
    assert len(held) == 1
