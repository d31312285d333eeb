"""Refreshes in the background of coroutine functions, methods, and many results at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from brine.adapters.memory.text_queue import MemoryTextQueue
from brine.service.results.decorators.cached import cached
from tests.support.codec.samples import Point
from tests.unit.service.results.refreshed import Deployment, batch
from tests.unit.service.results.world import World

WORLD = World(queue=MemoryTextQueue())
CACHE = WORLD.process("kinds")
HANDLER = CACHE.handler(lambda *_: None)
MADE: list[object] = []


@pytest.fixture(autouse=True)
def _empty() -> None:
    MADE.clear()
    WORLD.told.clear()
    WORLD.items.items.clear()
    CACHE.clear()
    WORLD.now += 10_000
    taken()


def taken() -> list[str]:
    assert isinstance(WORLD.queue, MemoryTextQueue)
    texts, WORLD.queue.texts = WORLD.queue.texts, []
    return texts


def deliver() -> None:
    assert HANDLER(batch(taken()), None) == {"batchItemFailures": []}


@cached(CACHE, freshness_lifetime=60, grace=600, early_refresh=1)
async def price(product: str) -> str:
    await asyncio.sleep(0)
    MADE.append(product)
    return f"{product} {len(MADE)}"


class Shop:
    @staticmethod
    @cached(CACHE, freshness_lifetime=60, grace=600)
    def static(product: str) -> str:
        MADE.append(product)
        return f"{product} {len(MADE)}"

    @classmethod
    @cached(CACHE, freshness_lifetime=60, grace=600)
    def of_class(cls, product: str) -> str:
        MADE.append(product)
        return f"{product} {len(MADE)}"


SHOP: Any = Shop  # mypy binds what a static method returns


@cached(CACHE, freshness_lifetime=60, grace=600)
def distance(point: Point, scale: int = 1) -> int:
    MADE.append(point)
    return scale * len(MADE)


@dataclass(frozen=True)
class Unregistered:
    name: str

    @cached(CACHE, freshness_lifetime=60, grace=600)
    def greeting(self) -> str:
        MADE.append(self)
        return f"{self.name} {len(MADE)}"


def test_a_coroutine_function_is_refreshed_in_the_background() -> None:
    async def ask() -> str:
        return await price("tea")

    assert asyncio.run(ask()) == "tea 1"
    WORLD.now += 61
    assert asyncio.run(ask()) == "tea 1"
    assert WORLD.told[-1].refresh_requested
    deliver()
    assert asyncio.run(ask()) == "tea 2"
    assert asyncio.run(price.refresh("tea")).outcome == "refreshed"
    assert [event.outcome for event in WORLD.told] == ["miss", "stale", "refreshed", "hit", "refreshed"]


def test_many_stale_results_send_a_request_each() -> None:
    async def ask() -> list[str]:
        return await price.get_many([("tea",), ("coffee",)])

    first = asyncio.run(ask())
    WORLD.now += 61
    assert asyncio.run(ask()) == first
    deliver()
    assert sorted(map(str, MADE)) == ["coffee", "coffee", "tea", "tea"]
    assert asyncio.run(ask()) != first


def test_many_stale_results_of_a_plain_function_send_a_request_each() -> None:
    assert distance.get_many([(Point(1, 2),), (Point(3, 4),)]) == [1, 2]
    WORLD.now += 61
    assert distance.get_many([(Point(1, 2),), (Point(3, 4),)]) == [1, 2]
    assert [event.refresh_requested for event in WORLD.told[2:]] == [True, True]
    deliver()
    assert distance.get_many([(Point(1, 2),), (Point(3, 4),)]) == [3, 4]


def test_a_static_method_is_refreshed_in_the_background() -> None:
    assert SHOP.static("tea") == "tea 1"
    WORLD.now += 61
    assert SHOP.static("tea") == "tea 1"
    deliver()
    assert SHOP.static("tea") == "tea 2"


def test_a_class_cannot_be_sealed_so_the_caller_of_a_class_method_computes() -> None:
    assert SHOP.of_class("tea") == "tea 1"
    WORLD.now += 61
    assert SHOP.of_class("tea") == "tea 2"
    assert taken() == []


def test_the_object_of_a_method_must_be_registered_to_be_refreshed_in_the_background() -> None:
    assert Unregistered("Ann").greeting() == "Ann 1"
    WORLD.now += 61
    assert Unregistered("Ann").greeting() == "Ann 2"
    assert taken() == []
    assert Unregistered("Ann").greeting.refresh().outcome == "refreshed"


def test_a_version_of_the_function_is_part_of_the_request() -> None:
    deployment = Deployment()
    old = deployment.process(version=1)
    old.price("tea")
    deployment.world.now += 61
    old.price("tea")
    assert deployment.process(version=2).deliver(deployment.taken()) == []
    assert deployment.world.told[-1].outcome == "not-needed"
    assert len(deployment.calls.made) == 1


@dataclass(frozen=True)
class Basket:
    products: tuple[str, ...]


def total(basket: Basket) -> int:
    MADE.append(basket)
    return len(MADE)


def test_a_new_process_opens_the_arguments_before_it_has_called_the_function() -> None:
    """The classes in the annotations are registered at the first call, and a message may come before it."""
    basket = Basket(("tea",))
    caller = cached(WORLD.process("kinds"), freshness_lifetime=60, grace=600)(total)
    assert caller(basket) == 1
    WORLD.now += 61
    assert caller(basket) == 1
    new = WORLD.process("kinds")
    cached(new, freshness_lifetime=60, grace=600)(total)
    assert new.handler(lambda *_: None)(batch(taken()), None) == {"batchItemFailures": []}
    assert WORLD.told[-1].outcome == "refreshed"
    assert [basket, basket] == MADE
