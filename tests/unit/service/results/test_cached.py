"""The decorator: which calls share a result, and which uses it refuses."""

from __future__ import annotations

from typing import Any, assert_type

import pytest

from brine import cached
from tests.support.codec.samples import Order, order
from tests.unit.service.results.world import World

WORLD = World()
CACHE = WORLD.process("functions")


class Missing(Exception):
    """An answer."""


@cached(CACHE, freshness_lifetime=60)
def price(product: str, amount: int = 1, *more: int, currency: str = "EUR", **options: int) -> list[object]:
    """Return the price."""
    return [product, amount, more, currency, options]


@cached(CACHE, freshness_lifetime=60)
def order_of(number: int) -> Order:
    return order(number)


@cached(CACHE, freshness_lifetime=60, key=lambda found: (found.id,))
def doubled(found: Order) -> int:
    return found.id * 2


@cached(CACHE, freshness_lifetime=60, negative={Missing: 10})
def missing() -> int:
    raise Missing("never there")


def outcome_of(*args: Any, **kwargs: Any) -> str:
    result = price(*args, **kwargs)
    assert result[0] == "tea"
    return WORLD.told[-1].outcome


def test_the_same_arguments_give_the_same_result_however_they_are_given() -> None:
    WORLD.now += 1_000
    assert outcome_of("tea", 1) == "miss"
    assert outcome_of("tea") == "hit"
    assert outcome_of(product="tea", currency="EUR") == "hit"
    assert outcome_of("tea", 2) == "miss"
    assert outcome_of("tea", amount=2) == "hit"
    assert outcome_of("tea", 2, 3) == "miss"
    assert outcome_of("tea", x=1, y=2) == "miss"
    assert outcome_of("tea", y=2, x=1) == "hit"
    assert outcome_of("tea", True) == "miss"


def test_functions_do_not_share_keys() -> None:
    WORLD.now += 1_000
    assert order_of(7) == order(7)
    assert doubled(order(7)) == 14
    assert doubled(order(7)) == 14
    assert WORLD.outcomes[-3:] == ["miss", "miss", "hit"]


def test_one_call_is_forgotten_and_others_are_not() -> None:
    WORLD.now += 1_000
    for number in (1, 2):
        order_of(number)
    order_of.purge(number=1)
    for number in (1, 2):
        order_of(number)
    assert WORLD.outcomes[-2:] == ["miss", "hit"]


def test_exceptions_are_kept_where_they_were_named() -> None:
    WORLD.now += 1_000
    for _ in range(2):
        with pytest.raises(Missing, match="never there"):
            missing()
    assert WORLD.outcomes[-2:] == ["miss", "hit"]


def test_it_looks_like_the_function_and_has_its_types() -> None:
    assert (price.__name__, price.__doc__, price.__wrapped__("a")[0]) == ("price", "Return the price.", "a")
    assert_type(order_of(1), Order)
    with pytest.raises(TypeError):
        order_of("1", 2)  # type: ignore[call-arg, arg-type]


def test_arguments_that_are_not_plain_are_refused() -> None:
    with pytest.raises(TypeError, match="Order cannot be part of a key"):
        price("tea", order())  # type: ignore[arg-type]


def test_a_function_inside_another_needs_a_key() -> None:
    captured = 5

    def inner() -> int:
        return captured

    with pytest.raises(TypeError, match="give a key"):
        cached(CACHE, freshness_lifetime=60)(inner)
    assert cached(CACHE, freshness_lifetime=60, key=lambda: f"captured {captured}")(inner)() == 5


def test_coroutines_and_methods_are_refused() -> None:
    async def coroutine() -> int:
        return 1

    with pytest.raises(TypeError, match="plain functions"):
        cached(CACHE, freshness_lifetime=60, key=lambda: "x")(coroutine)
    with pytest.raises(TypeError, match="plain functions"):
        cached(CACHE, freshness_lifetime=60)(len)
    with pytest.raises(TypeError, match="is a method"):

        class Shop:
            @cached(CACHE, freshness_lifetime=60, key=lambda _: "x")
            def price(self) -> int:
                return 1
