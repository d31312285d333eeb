"""The cost of reading a result's stamps, and the results of calls that cannot read their stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.stores import MemoryItemStore, MemoryStampStore
from brine.errors import StoreThrottled, StoreUnavailable
from tests.unit.service.results.test_purges import ask
from tests.unit.service.results.world import KEY, World

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.purging.stamps import Stamp
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline


class Counted(MemoryStampStore):
    """Stamps that count the calls for them, of which reads may fail."""

    def __init__(self) -> None:
        super().__init__(MemoryItemStore())
        self.calls: list[int] = []
        self.works = True

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        if not self.works:
            raise StoreThrottled("BatchGetItem")
        self.calls.append(len(names))
        return super().read(names)

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        assert len(names) < 100
        return self._items.read(pk, sk, consistent=consistent), self.read(names)


def counted_world() -> tuple[World, Counted]:
    stamps = Counted()
    items = stamps._items
    assert isinstance(items, MemoryItemStore)
    return World(items=items, stamps=stamps), stamps


def test_stamps_come_along_with_the_result_and_alone_once_in_delta() -> None:
    world, stamps = counted_world()
    cache = world.process()
    for _ in range(3):
        ask(cache)
    assert stamps.calls == [4], "everything, the key and two tags, along with the item"
    world.now += 1.1
    for _ in range(3):
        ask(cache)
    assert stamps.calls == [4, 4]
    assert world.outcomes == ["miss"] + ["hit"] * 5
    assert [story.layer for story in world.told[1:]] == ["memory"] * 5


def test_tags_that_the_caller_does_not_name_cost_a_call() -> None:
    world, stamps = counted_world()
    ask(world.process())
    stamps.calls.clear()
    ask(world.process(), tags=())
    assert stamps.calls == [2, 2]


def test_all_tags_count_even_those_that_do_not_fit_into_one_call() -> None:
    tags = [str(number) for number in range(128)]
    for tag in ("0", "127"):
        world, stamps = counted_world()
        ask(world.process(), "old", tags)
        ask(world.process(), "old", tags)
        assert stamps.calls == [90, 40, 90, 40], "with the item, and those that remain: before it is stored, and later"
        world.process().purge_tag(tag)
        assert ask(world.process(), "new", tags) == "new"


def test_where_stamps_cannot_be_read_what_is_stored_may_have_been_purged() -> None:
    world, stamps = counted_world()
    cache = world.process()
    ask(cache, "old")
    stamps.works = False
    assert ask(cache) == "old"
    world.now += 1.1
    assert [ask(cache), ask(world.process())] == ["new", "new"]
    assert [[str(fault) for fault in story.faults] for story in world.told[1:]] == [
        [],
        ["stamps-throttled"],
        ["table-throttled"],
    ]


def test_a_purge_that_may_not_have_been_made_is_an_error_and_this_process_goes_by_it() -> None:
    class Down(MemoryStampStore):
        def write(self, *_: Any, **__: Any) -> Stamp:
            raise StoreUnavailable("UpdateItem")

    items = MemoryItemStore()
    world = World(items=items, stamps=Down(items))
    cache = world.process()
    ask(cache, "old")
    with pytest.raises(StoreUnavailable):
        cache.purge(KEY)
    assert (ask(world.process()), ask(cache)) == ("old", "new")
