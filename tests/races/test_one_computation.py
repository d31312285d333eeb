"""Sixteen callers of one result, when its first computation dies or cannot be stored: at most one more computes."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.http1 import HttpClient
from brine.bootstrap.results import build_cache
from brine.errors import StoreThrottled
from tests.races.crowd import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from brine import Cache

pytestmark = pytest.mark.races
CALLERS = 16


def hold(environment: dict[str, str], keys: list[str], sender: Connection) -> None:
    """Compute the results of the keys until the process is killed."""
    together = Barrier(len(keys))

    def compute() -> None:
        if together.wait(LIMIT) == 0:
            sender.send("computing")
        time.sleep(LIMIT)

    with HttpClient() as client, ThreadPoolExecutor(len(keys)) as threads:
        cache = build_cache(environment, "orders", client)
        list(threads.map(lambda key: cache.get_or_compute(key, compute, freshness_lifetime=60), keys))


@pytest.fixture
def callers(environment: dict[str, str]) -> Iterator[Cache]:
    """The cache of the callers, which has loaded its keys."""
    with HttpClient() as client:
        cache = build_cache({**environment, "BRINE_NAMESPACE": "tests"}, "orders", client)
        cache.get_or_compute("warm", int, freshness_lifetime=60)
        yield cache


class Computation:
    """A computation that takes `seconds`, and counts."""

    def __init__(self, seconds: float = 0.2) -> None:
        self.seconds = seconds
        self.began: list[float] = []

    def __call__(self) -> str:
        self.began.append(time.monotonic())
        time.sleep(self.seconds)
        return "computed"

    async def soon(self) -> str:
        self.began.append(time.monotonic())
        await asyncio.sleep(self.seconds)
        return "computed"


def from_threads(cache: Cache, key: str, computation: Computation) -> list[str]:
    with ThreadPoolExecutor(CALLERS) as threads:
        call = lambda _: cache.get_or_compute(key, computation, freshness_lifetime=60)  # noqa: E731 - one line for each caller
        return list(threads.map(call, range(CALLERS)))


def from_tasks(cache: Cache, key: str, computation: Computation) -> list[str]:
    async def main() -> list[str]:
        calls = [cache.get_or_compute_async(key, computation.soon, freshness_lifetime=60) for _ in range(CALLERS)]
        return await asyncio.gather(*calls)

    return asyncio.run(main())


def test_when_the_holder_was_killed_one_of_the_callers_computes(environment: dict[str, str], callers: Cache) -> None:
    environment = {**environment, "BRINE_NAMESPACE": "tests"}
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    holder = context.Process(target=hold, args=(environment, ["by threads", "by tasks"], sender), daemon=True)
    with ExitStack() as stack:
        holder.start()
        stack.callback(holder.join)
        stack.callback(holder.kill)
        assert receiver.poll(LIMIT)
        holder.kill()
        threads = stack.enter_context(ThreadPoolExecutor(2))
        computations = [Computation(), Computation()]
        results = [
            threads.submit(from_threads, callers, "by threads", computations[0]),
            threads.submit(from_tasks, callers, "by tasks", computations[1]),
        ]
        assert [one.result() for one in results] == [["computed"] * CALLERS] * 2
    assert [len(computation.began) for computation in computations] == [1, 1]


@pytest.mark.parametrize("call", [from_threads, from_tasks])
@pytest.mark.parametrize("is_refused", [False, True], ids=["slow", "refused"])
def test_when_storing_is_slow_or_refused_the_callers_share_one_computation(
    callers: Cache,
    call: Callable[[Cache, str, Computation], list[str]],
    is_refused: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = callers._results.store.leases.store
    commit = type(store).commit

    def slow(*arguments: Any, **options: Any) -> bool:
        time.sleep(1.0)
        if is_refused:
            raise StoreThrottled("TransactWriteItems")
        return commit(*arguments, **options)

    monkeypatch.setattr(type(store), "commit", slow)
    computation = Computation()
    results = call(callers, f"{call.__name__} {is_refused}", computation)
    assert (Counter(results), len(computation.began)) == ({"computed": CALLERS}, 1)
