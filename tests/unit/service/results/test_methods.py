"""Cached methods: the object or the class is part of the key, or the error says what to do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from brine import cached
from tests.unit.service.results.world import World

WORLD = World()
CACHE = WORLD.process("methods")


@dataclass(frozen=True)
class Shop:
    name: str
    client: Any = field(default=None, compare=False)

    @cached(CACHE, freshness_lifetime=60)
    def price(self, product: str, *, currency: str = "EUR") -> str:
        return f"{self.name} {product} {currency}"

    @cached(CACHE, freshness_lifetime=60)
    async def price_async(self, product: str) -> str:
        return f"{self.name} {product}"

    @classmethod
    @cached(CACHE, freshness_lifetime=60)
    def below(cls, product: str) -> str:
        return f"{cls.__name__} {product}"

    @cached(CACHE, freshness_lifetime=60)
    @classmethod
    def above(cls, product: str) -> str:
        return f"{cls.__name__} {product}"

    @staticmethod
    @cached(CACHE, freshness_lifetime=60)
    def static_below(product: str) -> str:
        return product

    @cached(CACHE, freshness_lifetime=60)
    @staticmethod
    def static_above(product: str) -> str:
        return product

    @property
    @cached(CACHE, freshness_lifetime=60)
    def title(self) -> str:
        return self.name.title()


class Market(Shop):
    """A class that inherits."""


class Plain:
    """An ordinary class."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached(CACHE, freshness_lifetime=60)
    def price(self, product: str) -> str:
        return product

    @cached(CACHE, freshness_lifetime=60, key=lambda self, product: (self.name, product))
    def by_key(self, product: str) -> str:
        return f"{self.name} {product}"


def outcomes(*calls: Any) -> list[str]:
    begin = len(WORLD.told)
    for call in calls:
        call()
    return WORLD.outcomes[begin:]


def test_equal_objects_share_results_and_others_do_not() -> None:
    WORLD.now += 1_000
    one, same, other = Shop("a"), Shop("a", client=object()), Shop("b")
    assert (one.price("tea"), other.price("tea"), same.price("tea")) == ("a tea EUR", "b tea EUR", "a tea EUR")
    assert outcomes(lambda: same.price(product="tea"), lambda: same.price("tea", currency="USD")) == ["hit", "miss"]
    assert outcomes(lambda: Shop.price(one, "tea")) == ["hit"]
    one.price.purge("tea")
    assert outcomes(lambda: same.price("tea"), lambda: other.price("tea")) == ["miss", "hit"]
    assert one.price.get_many([("tea",), ("milk",)]) == ["a tea EUR", "a milk EUR"]
    assert one.title == "A"


def test_coroutine_methods_too() -> None:
    WORLD.now += 1_000
    assert [asyncio.run(Shop(name).price_async("tea")) for name in ("a", "b", "a")] == ["a tea", "b tea", "a tea"]
    assert WORLD.outcomes[-3:] == ["miss", "miss", "hit"]


@pytest.mark.parametrize("name", ["below", "above"])
def test_class_methods_differ_by_class_in_either_order(name: str) -> None:
    WORLD.now += 1_000
    called = [getattr(owner, name)("tea") for owner in (Shop, Shop("a"), Market, Market)]
    # the dataclass inherits, so the class is told by the call
    assert called == ["Shop tea", "Shop tea", "Market tea", "Market tea"]
    assert WORLD.outcomes[-4:] == ["miss", "hit", "miss", "hit"]


def test_a_class_method_is_purged_on_its_class() -> None:
    WORLD.now += 1_000
    above: Any = Shop.above
    above("tea")
    above.purge("tea")
    assert outcomes(lambda: above("tea")) == ["miss"]


@pytest.mark.parametrize("name", ["static_below", "static_above"])
def test_static_methods_in_either_order(name: str) -> None:
    WORLD.now += 1_000
    assert [getattr(owner, name)("tea") for owner in (Shop, Shop("a"), Market)] == ["tea"] * 3
    assert WORLD.outcomes[-3:] == ["miss", "hit", "hit"]


def test_an_object_without_fields_is_refused_and_the_error_says_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"Plain.price, argument self: .* Plain cannot .*make Plain a frozen dataclass"):
        Plain("a").price("tea")
    with pytest.raises(TypeError, match=r"Shop.price, argument product: .* type list cannot be part of a key: pass a"):
        Shop("a").price(["tea"])  # type: ignore[arg-type]


def test_a_key_may_take_what_it_needs_of_the_object() -> None:
    WORLD.now += 1_000
    assert [Plain(name).by_key("tea") for name in ("a", "b", "a")] == ["a tea", "b tea", "a tea"]
    assert WORLD.outcomes[-3:] == ["miss", "miss", "hit"]
