"""`@purges`: tags are purged after a function has returned, and not after it raised."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import pytest

from brine import purges
from brine.adapters.memory.stores import MemoryItemStore, MemoryStampStore
from brine.errors import StoreError, StoreUnavailable
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine import Cache

TAGS = ("prices", "tea", "shop 7", "other")


def stored(world: World, cache: Cache, **options: Any) -> list[str]:
    """The outcome of a call for one result of each tag."""
    begin = len(world.told)
    for tag in TAGS:
        cache.get_or_compute(tag, int, freshness_lifetime=600, tags=[tag], **options)
    return world.outcomes[begin:]


def change(product: str, *, fails: bool = False) -> str:
    """Change a price."""
    if fails:
        raise ValueError("not changed")
    return f"shop {len(product) + 4}"


async def change_async(product: str, *, fails: bool = False) -> str:
    return change(product, fails=fails)


def call(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    result = function(*args, **options)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


@pytest.mark.parametrize("function", [change, change_async])
def test_constant_tags_tags_of_the_arguments_and_tags_of_the_result(function: Callable[..., Any]) -> None:
    world = World()
    cache = world.process()
    stored(world, cache)
    decorated = purges(cache, "prices", lambda product, **_: [product], of_result=lambda shop, *_, **__: [shop])(
        function
    )
    assert decorated.__name__ == function.__name__
    assert inspect.iscoroutinefunction(decorated) == inspect.iscoroutinefunction(function)
    with pytest.raises(ValueError, match="not changed"):
        call(decorated, "tea", fails=True)
    assert stored(world, cache) == ["hit"] * 4
    assert call(decorated, "tea") == "shop 7"
    assert stored(world, cache) == ["miss", "miss", "miss", "hit"]


def test_a_soft_purge_leaves_a_stale_result() -> None:
    world = World()
    cache = world.process()
    stored(world, cache, grace=60)
    purges(cache, "prices", soft=True)(change)("tea")

    def fails() -> int:
        raise RuntimeError

    assert cache.resolve("prices", fails, freshness_lifetime=60, tags=["prices"]).event.outcome == "stale"


def test_invalid_tags_are_told_before_the_function_is_called() -> None:
    cache = World().process()
    called: list[str] = []
    decorated: Any = purges(cache, lambda product: product)(called.append)
    with pytest.raises(TypeError, match="tags are a collection of texts"):
        decorated("tea")
    assert called == []
    with pytest.raises(TypeError, match="needs a tag"):
        purges(cache)
    with pytest.raises(ValueError, match="bytes"):
        purges(cache, "")
    given: Any
    for given in (staticmethod(change), 1):
        with pytest.raises(TypeError, match=r"below @classmethod|only functions"):
            purges(cache, "a")(given)


def test_when_the_table_does_not_confirm_a_purge_the_others_are_tried_and_the_error_is_raised() -> None:
    class Failing(MemoryStampStore):
        def write(self, name: str, **options: Any) -> Any:
            if name == "tag:prices":
                raise StoreUnavailable("no answer")
            return super().write(name, **options)

    items = MemoryItemStore()
    stamps = Failing(items)
    cache = World(items, stamps=stamps).process()
    with pytest.raises(StoreError, match="no answer"):
        purges(cache, "prices", "tea")(change)("tea")
    assert set(stamps.stamps) == {"tags", "tag:tea"}
