"""Cached coroutine functions: one computation for many tasks, cancellation, context, and no thread that waits."""

from __future__ import annotations

import asyncio
import inspect
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest

from brine import cached
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.domain.resilience.backoff import Backoff
from brine.errors import ResultUnavailable
from brine.ports.caching import ABANDONED
from brine.ports.deadline import Deadline
from brine.service.flights.leasing import Polling
from brine.service.results.parallel import StoreThreads
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine import Cache
    from brine.ports.caching import Item

CROWD = 50
REQUEST: ContextVar[str] = ContextVar("REQUEST", default="none")


def counted(cache: Cache, compute: Callable[[int], Any], **given: Any) -> tuple[Any, list[int]]:
    """A cached coroutine function of a number, and the numbers that it computed."""
    computed: list[int] = []

    options: dict[str, Any] = {"freshness_lifetime": 60, "key": lambda number: number} | given

    @cached(cache, **options)
    async def function(number: int) -> Any:
        computed.append(number)
        return await compute(number)

    return function, computed


async def soon(number: int) -> int:
    await asyncio.sleep(0.01)
    return number * 2


def test_the_result_is_computed_once_and_awaited() -> None:
    world = World()
    function, computed = counted(world.process(), soon)
    assert inspect.iscoroutinefunction(function)

    async def main() -> object:
        return [await function(1), await function(1), await function(2)]

    assert asyncio.run(main()) == [2, 2, 4]
    assert asyncio.run(function(1)) == 2, "in another event loop"
    assert (computed, world.outcomes) == ([1, 2], ["miss", "hit", "miss", "hit"])


def test_another_process_finds_it_in_the_table() -> None:
    world = World()
    for cache in (world.process(), world.process()):
        function, _ = counted(cache, soon)
        assert asyncio.run(function(1)) == 2
    assert [(event.outcome, event.layer) for event in world.told] == [("miss", None), ("hit", "table")]


def test_many_tasks_share_one_computation() -> None:
    world = World()
    function, computed = counted(world.process(), soon)

    async def main() -> object:
        return await asyncio.gather(*(function(1) for _ in range(CROWD)))

    assert asyncio.run(main()) == [2] * CROWD
    assert computed == [1]
    assert sorted(world.outcomes) == ["collapsed"] * (CROWD - 1) + ["miss"]


def test_tasks_and_threads_share_one_computation() -> None:
    world = World()
    cache = world.process()
    is_computing, may_end = threading.Event(), threading.Event()

    def compute() -> str:
        is_computing.set()
        may_end.wait(10)
        return "by the thread"

    async def never() -> str:
        return "by the task"

    async def main() -> object:
        tasks = [
            asyncio.create_task(cache.get_or_compute_async("k", never, freshness_lifetime=60)) for _ in range(CROWD)
        ]
        await asyncio.sleep(0.05)
        may_end.set()
        return await asyncio.gather(*tasks)

    thread = threading.Thread(target=lambda: cache.get_or_compute("k", compute, freshness_lifetime=60))
    thread.start()
    assert is_computing.wait(10)
    assert asyncio.run(main()) == ["by the thread"] * CROWD
    thread.join()


def test_when_the_computing_task_is_cancelled_one_other_task_takes_its_turn() -> None:
    world = World()
    is_computing = asyncio.Event()

    async def compute(number: int) -> int:
        is_computing.set()
        return await soon(number)

    function, computed = counted(world.process(), compute)

    async def main() -> object:
        first = asyncio.create_task(function(1))
        await is_computing.wait()
        others = [asyncio.create_task(function(1)) for _ in range(CROWD)]
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await asyncio.gather(*others)

    assert asyncio.run(main()) == [2] * CROWD
    assert computed == [1, 1]
    assert [event.stored for event in world.told if event.outcome == "miss"] == [True], "under a lease of its own"


def test_a_cancelled_task_that_waits_disturbs_no_other() -> None:
    world = World()
    function, computed = counted(world.process(), soon)

    async def main() -> object:
        first = asyncio.create_task(function(1))
        await asyncio.sleep(0)
        second = asyncio.create_task(function(1))
        await asyncio.sleep(0.002)
        second.cancel()
        return await first

    assert asyncio.run(main()) == 2
    assert computed == [1]


def test_a_task_that_is_cancelled_while_it_takes_the_lease_gives_it_back() -> None:
    class Slow(MemoryLeaseStore):
        is_asked, may_answer = threading.Event(), threading.Event()

        def acquire(self, *args: Any, **options: Any) -> Any:
            self.is_asked.set()
            self.may_answer.wait(10)
            return super().acquire(*args, **options)

    items = MemoryItemStore()
    leases = Slow(items)
    world = World(items, leases)
    cache = world.process()
    function, _ = counted(cache, soon)

    async def main() -> None:
        task = asyncio.create_task(function(1))
        await asyncio.to_thread(leases.is_asked.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        leases.may_answer.set()

    asyncio.run(main())
    cache.store_threads.executor.shutdown()
    assert [lease.expires_at for lease in leases.leases.values()] == [ABANDONED]
    again, computed = counted(world.process(), soon)
    assert (asyncio.run(again(1)), computed) == (2, [1])


def test_more_nested_calls_than_threads_do_not_block_each_other() -> None:
    world = World()
    cache = world.process(purge_delta=0)
    cache.store_threads = StoreThreads(2)
    inner, _ = counted(cache, soon, key=lambda number: ("inner", number))

    async def nested(number: int) -> int:
        return int(await inner(number)) + 1

    outer, computed = counted(cache, nested)

    async def main() -> object:
        return await asyncio.wait_for(asyncio.gather(*(outer(number) for number in range(CROWD))), 60)

    assert asyncio.run(main()) == [number * 2 + 1 for number in range(CROWD)]
    assert sorted(computed) == list(range(CROWD))


def test_the_event_loop_runs_while_a_store_is_called() -> None:
    class Slow(MemoryItemStore):
        may_answer = threading.Event()

        def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
            assert self.may_answer.wait(10), "the loop was blocked"
            return super().read(pk, sk)

    items = Slow()
    function, _ = counted(World(items).process(), soon)

    async def main() -> object:
        task = asyncio.create_task(function(1))
        await asyncio.sleep(0.01)
        items.may_answer.set()
        return await task

    assert asyncio.run(main()) == 2


def test_the_computation_has_the_context_of_its_caller() -> None:
    async def context(_: int) -> str:
        seen = REQUEST.get()
        REQUEST.set("set by the computation")
        return seen

    function, _ = counted(World().process(), context)

    async def main() -> object:
        REQUEST.set("mine")
        return await function(1), REQUEST.get()

    assert asyncio.run(main()) == ("mine", "set by the computation")


class Missing(Exception):
    """A result."""


def test_exceptions_are_raised_stored_or_replaced_by_a_stale_result() -> None:
    world = World()
    fails: list[Exception] = []

    async def compute(number: int) -> int:
        if fails:
            raise fails[0]
        return number

    function, computed = counted(world.process(), compute, grace=600, negative={Missing: 10})
    assert asyncio.run(function(1)) == 1
    world.now += 61
    fails.append(ValueError("no"))
    assert asyncio.run(function(1)) == 1
    with pytest.raises(ValueError, match="no"):
        asyncio.run(function(2))
    fails[0] = Missing("gone")
    for _ in range(2):
        with pytest.raises(Missing, match="gone"):
            asyncio.run(function(3))
    assert world.outcomes == ["miss", "stale", "failed", "miss", "hit"]
    assert computed == [1, 1, 2, 3]


def test_a_stale_result_is_served_while_another_task_computes() -> None:
    world = World()
    function, computed = counted(world.process(), soon, grace=600)
    asyncio.run(function(1))
    world.now += 61

    async def main() -> None:
        await asyncio.gather(function(1), function(1), function(1))

    asyncio.run(main())
    assert computed == [1, 1]
    assert sorted(world.outcomes[1:]) == ["miss", "stale", "stale"]


def test_a_task_waits_for_another_environment() -> None:
    world = World(polling=Polling(backoff=Backoff(first=0.001, longest=0.002, least=0.5)))
    one, other = world.process(), world.process()
    is_computing = asyncio.Event()

    async def slow(number: int) -> str:
        is_computing.set()
        await asyncio.sleep(0.05)
        return f"by the first: {number}"

    async def fast(number: int) -> str:
        return f"by the second: {number}"

    first, _ = counted(one, slow)
    second, computed = counted(other, fast)

    async def main() -> object:
        task = asyncio.create_task(first(1))
        await is_computing.wait()
        return [await second(1), await task]

    assert asyncio.run(main()) == ["by the first: 1"] * 2
    assert computed == []


def test_a_task_that_waits_for_another_environment_until_its_deadline_ends_does_not_compute() -> None:
    world = World(polling=Polling(backoff=Backoff(first=0.001, longest=0.002, least=0.5)))
    is_computing = asyncio.Event()

    async def hang(_: int) -> None:
        is_computing.set()
        while True:
            await asyncio.sleep(0.001)
            world.now += 0.01

    hanging, _ = counted(world.process(), hang)

    async def main() -> list[int]:
        hung = asyncio.create_task(hanging(1))
        await is_computing.wait()
        deadline = Deadline(world.now + 2, lambda: world.now)
        function, computed = counted(world.process().within(deadline), soon)
        with pytest.raises(ResultUnavailable, match="did not end before the deadline"):
            await function(1)
        assert deadline.remaining() > 0
        hung.cancel()
        return computed

    assert asyncio.run(main()) == []
    assert (world.told[0].outcome, world.told[0].raised) == ("failed", True)


def test_purge_and_get_many_are_awaited() -> None:
    world = World()
    function, computed = counted(world.process(), soon)

    async def main() -> object:
        await function(1)
        results = await function.get_many([(1,), (2,), (3,), (2,)])
        await function.purge(2)
        await function(2)
        return list(results)

    assert asyncio.run(main()) == [2, 4, 6, 4]
    assert (sorted(computed[:3]), computed[3:]) == ([1, 2, 3], [2])


def test_if_one_of_many_fails_the_others_are_cancelled() -> None:
    cancelled: list[int] = []

    async def compute(number: int) -> int:
        if number == 1:
            raise Missing("one")
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    function, _ = counted(World().process(), compute)
    with pytest.raises(Missing):
        asyncio.run(function.get_many([(1,), (2,), (3,)]))
    assert set(cancelled) <= {2, 3}
    assert asyncio.run(function.get_many([])) == []


def test_a_task_that_finds_a_result_under_its_lease_has_given_the_lease_back_when_it_returns() -> None:
    world = World()

    class Leases(MemoryLeaseStore):
        def acquire(self, pk: str, **options: Any) -> Any:
            if others:
                others.pop()
                asyncio.run(counted(world.process(), soon)[0](1))
            return super().acquire(pk, **options)

        def release(self, *arguments: Any, **options: Any) -> None:
            threading.Event().wait(0.1)
            super().release(*arguments, **options)

    others = ["one"]
    world.leases = leases = Leases(world.items)
    function, computed = counted(world.process(), soon)

    async def main() -> list[object]:
        await function(1)
        return [leases.holder(key) for key in leases.leases]

    assert asyncio.run(main()) == [None]
    assert computed == []
