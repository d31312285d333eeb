"""A whole follows the results of results caches that its function used, as it follows its parts."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from brine.app.app import App
from brine.service.uses import current_uses
from brine.testing.client import AppClient
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine import Cache
    from brine.service.functions.fetch import Fetch

KEY = "tea"


class NoPrice(Exception):
    """There is no price."""


@dataclass
class Shop:
    """An app with the route /w, and a results cache with the same purges."""

    whole: Callable[..., Any]
    options: dict[str, Any]
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        app = App()
        app.get("/w", name="w", **self.options)(self.whole)
        assert self.world.stamps is not None
        stamps = self.world.stamps.stamps  # type: ignore[attr-defined]  # of MemoryStampStore
        self.client = AppClient(app.registrations, routes=None, stamps=stamps)
        self.world.now = self.client.clock()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.now += seconds
        self.client.clock.advance(seconds)

    def result(self) -> str:
        """How the answer to a further request came about."""
        return self.client.get("/w").result


def shop_of(use: Callable[[Cache], Any], **options: Any) -> tuple[Shop, Cache]:
    """An app with a function that uses a cache, and the cache."""
    caches: list[Cache] = []

    def whole() -> Any:
        return use(caches[0])

    shop = Shop(whole, options=options or {"freshness_lifetime": "1h"})
    caches.append(shop.world.process("prices", purge_delta=-1))
    return shop, caches[0]


def price(cache: Cache, lifetime: float = 3600) -> int:
    return cache.get_or_compute(KEY, lambda: 1, freshness_lifetime=lifetime, tags=["prices"])


def failing() -> int:
    raise NoPrice("tea")


async def one() -> int:
    return 1


def with_many(cache: Cache) -> list[int]:
    found = cache.get_many(
        [KEY, "coffee"], lambda keys: dict.fromkeys(keys, 1), freshness_lifetime=3600, tags=["prices"]
    )
    return list(found.values())


def with_coroutine(cache: Cache) -> int:
    return asyncio.run(cache.get_or_compute_async(KEY, one, freshness_lifetime=3600, tags=["prices"]))


def with_negative(cache: Cache) -> int:
    try:
        return cache.get_or_compute(KEY, failing, freshness_lifetime=1, negative={NoPrice: 3600}, tags=["prices"])
    except NoPrice:
        return 0


def with_thread(cache: Cache) -> int:
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(copy_context().run, price, cache).result()


USES: dict[str, Callable[[Cache], Any]] = {
    "a call": price,
    "many": with_many,
    "a coroutine": with_coroutine,
    "an exception": with_negative,
    "a thread": with_thread,
}


@pytest.mark.parametrize("was_stored", [False, True])
@pytest.mark.parametrize("use", USES)
def test_a_purge_of_a_result_is_a_purge_of_the_whole(use: str, was_stored: bool) -> None:
    shop, cache = shop_of(USES[use])
    if was_stored:
        USES[use](cache)
        shop.wait(10)
    assert [shop.result() for _ in range(2)] == ["miss", "hit"]
    shop.wait(10)
    cache.purge_tag("another")
    assert shop.result() == "hit"
    cache.purge_tag("prices")
    assert shop.result() == "miss"
    shop.wait(10)
    cache.purge(KEY)
    assert shop.result() == "miss"


def test_a_purge_while_the_function_runs_counts() -> None:
    def use(cache: Cache) -> int:
        found = price(cache)
        cache.purge_tag("prices")
        return found

    shop, _ = shop_of(use)
    assert [shop.result() for _ in range(2)] == ["miss", "miss"]


def test_a_soft_purge_of_a_result_makes_the_whole_stale() -> None:
    shop, cache = shop_of(price, freshness_lifetime="1h", grace="1h")
    shop.result()
    shop.wait(10)
    cache.purge_tag("prices", soft=True)
    assert shop.result() == "stale"


def test_a_whole_is_fresh_for_no_longer_than_a_result() -> None:
    shop, cache = shop_of(lambda cache: price(cache, 100))
    price(cache, 100)
    shop.wait(70)
    assert shop.client.get("/w").headers["cache-control"] == "max-age=30"
    shop.wait(29)
    assert shop.result() == "hit"
    shop.wait(2)
    assert shop.result() == "miss"


def test_a_stale_result_makes_a_stale_whole() -> None:
    def use(cache: Cache) -> int:
        return cache.get_or_compute(KEY, compute, freshness_lifetime=10, grace=1000)

    def compute() -> int:
        if shop.world.now > start:
            raise NoPrice
        return 1

    shop, cache = shop_of(use)
    start = shop.world.now
    use(cache)
    shop.wait(20)
    assert shop.client.get("/w").headers["cache-control"] == "max-age=0"


def test_a_whole_without_a_lifetime_of_its_own_is_fresh_as_long_as_its_result() -> None:
    shop, _ = shop_of(lambda cache: price(cache, 100), show_parts=True)
    assert shop.client.get("/w").headers["cache-control"] == "max-age=100"


def test_a_whole_is_not_stored_if_a_computation_failed_and_no_setting_makes_that_fresh() -> None:
    def use(cache: Cache) -> int:
        try:
            return cache.get_or_compute(KEY, failing, freshness_lifetime=3600)
        except NoPrice:
            return 0

    shop, _ = shop_of(use)
    answer = shop.client.get("/w")
    assert (answer.json(), answer.is_stored, answer.headers["cache-control"]) == (0, False, "no-store")


def test_a_key_that_a_computation_left_out_is_a_use_without_a_limit() -> None:
    def use(cache: Cache) -> int:
        return len(cache.get_many([KEY], lambda _: {}, freshness_lifetime=10, tags=["prices"]))

    shop, cache = shop_of(use)
    answer = shop.client.get("/w")
    assert (answer.json(), answer.headers["cache-control"]) == (0, "max-age=3600")
    shop.wait(10)
    assert shop.result() == "hit"
    cache.purge_tag("prices")
    assert shop.result() == "miss"


def test_a_result_in_a_part_limits_the_part_and_by_it_the_whole() -> None:
    app, world = App(), World()
    caches: list[Cache] = []

    @app.get("/part", freshness_lifetime="1h")
    def part() -> int:
        return price(caches[0], 100)

    @app.get("/whole", freshness_lifetime="1h")
    def whole(fetch: Fetch) -> Any:
        return fetch("part", "/part").json()

    assert world.stamps is not None
    stamps = world.stamps.stamps  # type: ignore[attr-defined]  # of MemoryStampStore
    client = AppClient(app.registrations, routes=None, stamps=stamps)
    world.now = client.clock()
    caches.append(world.process("prices", purge_delta=-1))
    assert client.get("/whole").headers["cache-control"] == "max-age=100"
    assert client.get("/whole").result == "hit"
    client.clock.advance(10)
    world.now += 10
    caches[0].purge_tag("prices")
    assert client.get("/whole").result == "miss"


def test_results_that_hooks_use_for_a_part_do_not_count_for_the_whole() -> None:
    app, world = App(), World()
    cache = world.process("keys")

    @app.before_fetch("part")
    def sign(request: Any, route: str) -> None:
        price(cache, 5)

    @app.get("/whole", freshness_lifetime="1h")
    def whole(fetch: Fetch) -> Any:
        return fetch("part", "/").json()

    client = AppClient(app.registrations, {"part": 1}, routes=None)
    world.now = client.clock()
    assert client.get("/whole").headers["cache-control"] == "max-age=3600"


def test_no_list_is_left_when_the_function_ends() -> None:
    shop, cache = shop_of(price)
    shop.result()
    assert current_uses.get() is None
    assert price(cache) == 1
