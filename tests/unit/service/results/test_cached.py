"""The decorator: which calls share a result, and which uses it refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, assert_type

import pytest

from brine import cached
from tests.support.codec.samples import Order, order
from tests.unit.domain.results import key_samples as samples
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from brine.domain.results.key import Key

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
    with pytest.raises(TypeError, match=r"^price, argument product: .* list cannot be part of a key"):
        price(["tea"])  # type: ignore[arg-type]


def test_a_function_inside_another_needs_a_key() -> None:
    captured = 5

    def inner() -> int:
        return captured

    with pytest.raises(TypeError, match="or give `key`"):
        cached(CACHE, freshness_lifetime=60)(inner)
    assert cached(CACHE, freshness_lifetime=60, key=lambda: f"captured {captured}")(inner)() == 5


def test_generators_and_objects_that_are_no_functions_are_refused_with_advice() -> None:
    class Route:
        """What a decorator of another library may return."""

    given: Any
    for given in (len, Route()):
        with pytest.raises(TypeError, match="put @cached directly above the function, below that decorator"):
            cached(CACHE, freshness_lifetime=60)(given)
    with pytest.raises(TypeError, match="return a list or a tuple"):
        cached(CACHE, freshness_lifetime=60)(numbers)
    with pytest.raises(TypeError, match="return a list or a tuple"):
        cached(CACHE, freshness_lifetime=60)(async_numbers)


def numbers() -> Iterator[int]:
    yield 1


async def async_numbers() -> AsyncIterator[int]:
    yield 1


def test_a_wrong_duration_is_told_when_the_function_is_decorated() -> None:
    with pytest.raises(ValueError, match=r"^grace='5 min': not a duration"):
        cached(CACHE, freshness_lifetime="60s", grace="5 min")
    with pytest.raises(ValueError, match=r"^negative\[Missing\]=-1: not a duration"):
        cached(CACHE, freshness_lifetime=timedelta(minutes=1), negative={Missing: -1})
    with pytest.raises(ValueError, match=r"^freshness_lifetime=None: not a duration"):
        CACHE.get_or_compute("k", int, freshness_lifetime=None)  # type: ignore[arg-type]


def test_durations_may_be_texts_and_timedeltas() -> None:
    world = World()
    cache = world.process()
    for at, outcome in ((0, "miss"), (59, "hit"), (61, "miss")):
        world.now += at
        cache.get_or_compute("text", int, freshness_lifetime="60s")
        cache.get_or_compute("delta", int, freshness_lifetime=timedelta(minutes=1))
        assert world.outcomes[-2:] == [outcome] * 2


def test_another_version_of_a_function_has_results_of_its_own() -> None:
    WORLD.now += 1_000

    def answers(version: object, key: Any = None) -> tuple[str, Key]:
        function = cached(CACHE, freshness_lifetime=60, key=key, version=version)(plain_price)
        function("tea")
        return WORLD.told[-1].outcome, function.key("tea")

    results = [answers(version, key) for key in (None, lambda product: product) for version in (None, 1, 2, "2", 2)]
    assert [outcome for outcome, _ in results] == ["miss", "miss", "miss", "miss", "hit"] * 2
    assert results[0][1] == (__name__, "plain_price", (("product", "tea"),)), "as it was before there were versions"
    with pytest.raises(TypeError, match="list cannot"):
        cached(CACHE, freshness_lifetime=60, version=[1])(plain_price)


def plain_price(product: str) -> str:
    return product


def test_dates_enums_and_objects_with_fields_can_be_arguments() -> None:
    WORLD.now += 1_000
    for value, outcome in (
        (date(2026, 1, 1), "miss"),
        (date(2026, 1, 1), "hit"),
        (samples.Level.LOW, "miss"),
        (1, "miss"),
        (samples.Request(x=(1, 2)), "miss"),
        (samples.Request(x=(1, 2)), "hit"),
    ):
        shown(value)
        assert WORLD.told[-1].outcome == outcome


@cached(CACHE, freshness_lifetime=60)
def shown(value: object) -> str:
    return repr(value)
