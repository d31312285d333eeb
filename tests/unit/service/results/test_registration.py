"""Classes of a cached function's annotations are registered by its first call: `registry` is for versions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pydantic

from brine import Cache, cached
from brine.adapters.memory.l1 import L1
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine_codec import Keyring
from tests.unit.service.results.world import KEYS, START

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction as OnlyForTypeCheckers

    from brine.service.results.call import CacheEvent

ITEMS = MemoryItemStore()


@dataclass(frozen=True)
class Line:
    product: str


@dataclass(frozen=True)
class Order:
    lines: list[Line]


class Customer(pydantic.BaseModel):
    name: str
    orders: list[Order] = []


def cache_of(told: list[CacheEvent]) -> Cache:
    """A cache in a new process, without a registry."""
    memory: L1[bytes] = L1(100_000)
    return Cache(
        "registered",
        namespace="tests",
        keyring=Keyring.from_json(KEYS),
        items=ITEMS,
        leases=MemoryLeaseStore(ITEMS),
        stamps=MemoryStampStore(ITEMS),
        bodies=MemoryBodyStore(),
        memory=memory,
        observe=told.append,
        clock=lambda: START,
    )


def order(number: int) -> dict[str, Order | None]:
    return {"order": Order([Line(str(number))])}


async def customer(number: int) -> Customer:
    return Customer(name=str(number), orders=[Order([Line("a")])])


def unresolved(number: int) -> OnlyForTypeCheckers | int:
    return number


def results(function: Callable[..., Any], number: int) -> tuple[list[Any], list[CacheEvent]]:
    """The results and events of two calls, each in a process of its own."""
    told: list[CacheEvent] = []
    made: list[Any] = []
    for _ in range(2):
        result = cached(cache_of(told), freshness_lifetime=60)(function)(number)
        made.append(asyncio.run(result) if asyncio.iscoroutine(result) else result)
    return made, told


def test_a_dataclass_inside_other_types_is_stored() -> None:
    made, told = results(order, 1)
    assert made == [{"order": Order([Line("1")])}] * 2
    assert [(event.outcome, event.layer, event.faults) for event in told] == [("miss", None, ()), ("hit", "table", ())]


def test_a_pydantic_model_of_a_coroutine_function_is_stored() -> None:
    made, told = results(customer, 2)
    assert made == [Customer(name="2", orders=[Order([Line("a")])])] * 2
    assert [event.outcome for event in told] == ["miss", "hit"]


def test_an_annotation_that_exists_only_for_type_checkers_does_no_harm() -> None:
    made, told = results(unresolved, 3)
    assert made == [3, 3]
    assert [event.outcome for event in told] == ["miss", "hit"]
