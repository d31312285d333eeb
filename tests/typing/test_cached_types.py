"""The types that mypy gives to decorated functions: those of the functions. The code under TYPE_CHECKING never runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_type

from brine import cached, purges
from tests.unit.service.results.world import World

CACHE = World().process("types")


@cached(CACHE, freshness_lifetime="60s", version=2)
def price(product: str, amount: int = 1, *, on: date | None = None) -> float:
    return amount * 2.5


@cached(CACHE, freshness_lifetime=60)
async def price_async(product: str, amount: int = 1) -> float:
    return amount * 2.5


@cached(CACHE, freshness_lifetime=60, tenant=lambda tenant, _: tenant)
def price_of_tenant(tenant: str, product: str) -> float:
    return len(tenant) * 2.5


@dataclass(frozen=True)
class Shop:
    name: str

    @cached(CACHE, freshness_lifetime=60)
    def price(self, product: str) -> float:
        return 2.5

    @cached(CACHE, freshness_lifetime=60)
    async def price_async(self, product: str) -> float:
        return 2.5

    @classmethod
    @cached(CACHE, freshness_lifetime=60)
    def of_class(cls, product: str) -> float:
        return 2.5 if product else 0

    @staticmethod
    @cached(CACHE, freshness_lifetime=60)
    def of_nothing(product: str) -> float:
        return 2.5 if product else 0


class Below:
    """`@cached` above the other decorators."""

    @cached(CACHE, freshness_lifetime=60)
    @classmethod
    def of_class(cls, product: str) -> float:
        return 3.5 if product else 0

    @cached(CACHE, freshness_lifetime=60)
    @staticmethod
    def of_nothing(product: str) -> float:
        return 3.5 if product else 0


@purges(CACHE, "prices", tenant=lambda product: product)
def change(product: str) -> int:
    return 1


@purges(CACHE, lambda product: [product], of_result=lambda result, product: [f"{result} {product}"])
async def change_async(product: str) -> int:
    return 1


if TYPE_CHECKING:
    from datetime import date

    shop = Shop("a")
    assert_type(price("tea", 2, on=date(2026, 1, 1)), float)
    assert_type(price.get_many([("tea",), ("coffee", 2)]), list[float])
    assert_type(price_of_tenant("acme", "tea"), float)
    cached(CACHE, freshness_lifetime=60, tenant="acme")  # type: ignore[arg-type]
    assert_type(shop.price("tea"), float)
    assert_type(Shop.price(shop, "tea"), float)
    assert_type(shop.of_class("tea"), float)
    # mypy takes a cached classmethod for a function when it is called on the class, in both orders of the decorators.
    Shop.of_class("tea")  # type: ignore[call-arg, arg-type]
    assert_type(Shop.of_nothing("tea"), float)
    assert_type(Below().of_class("tea"), float)
    assert_type(Below.of_nothing("tea"), float)
    Below().of_class.purge("tea")
    assert_type(change("tea"), int)
    shop.price.purge("tea")
    price.purge("tea", amount=2)

    price(1)  # type: ignore[arg-type]
    price("tea", when=1)  # type: ignore[call-arg]
    price.purge(1)  # type: ignore[arg-type]
    shop.price(1)  # type: ignore[arg-type]
    shop.price.key("tea", "too many")  # type: ignore[call-arg]
    Shop.of_nothing(1)  # type: ignore[arg-type]
    change(1)  # type: ignore[arg-type]

    def by_key(keys: list[tuple[str, int]]) -> dict[tuple[str, int], float]:
        return {}

    assert_type(CACHE.get_many([("a", 1)], by_key, freshness_lifetime=1), dict[tuple[str, int], float])

    async def types_of_coroutines() -> None:
        assert_type(await price_async("tea"), float)
        assert_type(await price_async.get_many([("tea",)]), list[float])
        assert_type(await shop.price_async("tea"), float)
        assert_type(await change_async("tea"), int)
        assert_type(await CACHE.get_or_compute_async("k", lambda: change_async("tea"), freshness_lifetime=1), int)
        await price_async.purge("tea")
        await price_async(1)  # type: ignore[arg-type]
        await shop.price_async(1)  # type: ignore[arg-type]


def test_the_functions_that_mypy_checked_run() -> None:
    assert (price("tea"), Shop("a").price("tea"), Shop("a").of_class("tea"), Shop.of_nothing("tea")) == (2.5,) * 4
    on_class = Below.of_class("tea")  # type: ignore[call-arg, arg-type]
    assert (on_class, Below().of_class("tea"), Below.of_nothing("tea")) == (3.5,) * 3
