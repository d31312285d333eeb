"""Background refreshes of cached coroutine functions, and of methods, which have none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from brine import cached
from brine.adapters.memory.text_queue import MemoryTextQueue
from tests.unit.service.results.refreshed import batch
from tests.unit.service.results.world import World

QUEUE = MemoryTextQueue()
WORLD = World(queue=QUEUE)
CACHE = WORLD.process()
COMPUTED: list[object] = []


@dataclass(frozen=True)
class Query:
    product: str


@cached(CACHE, freshness_lifetime=60, grace=600)
async def price(query: Query) -> str:
    COMPUTED.append(query)
    await asyncio.sleep(0)
    return f"{query.product} {len(COMPUTED)}"


@dataclass(frozen=True)
class Shop:
    name: str

    @cached(CACHE, freshness_lifetime=60, grace=600)
    def price(self, product: str) -> str:
        COMPUTED.append(product)
        return f"{self.name} {product}"


def begin() -> None:
    WORLD.now += 100_000
    COMPUTED.clear()
    WORLD.told.clear()
    QUEUE.texts.clear()


def test_a_stale_result_is_served_and_computed_by_the_handler_of_the_queue() -> None:
    begin()
    query = Query("tea")
    assert asyncio.run(price(query)) == "tea 1"
    WORLD.now += 61
    assert asyncio.run(price(query)) == "tea 1"
    assert [query] == COMPUTED
    handler: Any = CACHE.handler(lambda *_: None)
    assert handler(batch(QUEUE.texts), None) == {"batchItemFailures": []}
    assert asyncio.run(price(query)) == "tea 2"
    assert WORLD.outcomes == ["miss", "stale", "refreshed", "hit"]
    assert not [fault for event in WORLD.told for fault in event.faults], "the class of the argument was registered"


def test_a_result_is_refreshed_by_hand_in_the_event_loop_of_the_caller() -> None:
    begin()

    async def main() -> list[str]:
        before = await price(Query("milk"))
        event = await price.refresh(Query("milk"))
        return [before, event.outcome, await price(Query("milk"))]

    assert asyncio.run(main()) == ["milk 1", "refreshed", "milk 2"]


def test_a_stale_result_of_a_method_is_computed_by_its_caller() -> None:
    begin()
    Shop("a").price("tea")
    WORLD.now += 61
    Shop("a").price("tea")
    assert (WORLD.outcomes, QUEUE.texts) == (["miss", "miss"], [])
