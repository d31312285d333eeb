"""The values that a results cache keeps in its stores, and its handling of stores that fail or were tampered with."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore
from brine.errors import StoreThrottled, StoreUnavailable
from brine.service.results.sealing import STORED_RESULT_VERSION
from brine_codec import KeyringSource
from tests.support.codec.samples import order
from tests.unit.service.results.world import KEY, KEYS, World

if TYPE_CHECKING:
    from brine import Cache
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline

LARGE = random.Random(1).randbytes(3_000)  # noqa: S311 - no secret: bytes that do not compress


def faults_of(world: World) -> list[str]:
    return [str(fault) for fault in world.told[-1].faults]


def ask(cache: Cache, value: object = "new") -> Any:
    return cache.get_or_compute(KEY, lambda: value, freshness_lifetime=60, grace=60)


def filled(value: object = "old", **settings: Any) -> World:
    """A world where another process has stored the value."""
    world = World(**settings)
    ask(world.process(), value)
    return world


def test_a_large_result_lies_in_the_body_store_sealed() -> None:
    world = filled(LARGE)
    assert isinstance(world.bodies, MemoryBodyStore)
    ((digest, body),) = world.bodies.bodies.items()
    ((place, item),) = world.items.items.items()
    assert len(item.envelope) < 1_000 < len(body)
    assert digest in item.envelope, "the pointer is signed, not secret"
    assert item.evict_at == world.now + 120
    assert place[1] == "result"
    cache = world.process()
    assert [ask(cache), ask(cache)] == [LARGE, LARGE]
    assert [story.layer for story in world.told] == [None, "table", "memory"]


@pytest.mark.parametrize("what", ["missing", "altered"])
def test_a_large_result_that_is_lost_is_computed_again(what: str) -> None:
    world = filled(LARGE)
    assert isinstance(world.bodies, MemoryBodyStore)
    ((digest, body),) = world.bodies.bodies.items()
    world.bodies.bodies.clear()
    if what == "altered":
        world.bodies.bodies[digest] = body[:-1] + b"!"
    assert ask(world.process()) == "new"
    assert faults_of(world) == [f"bodies-{what}"]
    assert ask(world.process(), "newer") == "new"


def test_a_body_in_the_place_of_another_does_not_open() -> None:
    """The digest may be right, but the seal is bound to its own key."""
    world = filled(LARGE)
    world.process().get_or_compute("other", lambda: LARGE + b"!", freshness_lifetime=60)
    assert isinstance(world.bodies, MemoryBodyStore)
    first, second = world.items.items.values()
    (place, _), _ = world.items.items.items()
    world.items.items[place] = second
    assert first != second
    assert ask(world.process()) == "new"
    assert faults_of(world) == ["envelope-tampered"]


def test_an_altered_envelope_is_a_miss() -> None:
    world = filled()
    ((place, item),) = world.items.items.items()
    world.items.items[place] = replace(item, envelope=item.envelope[:-1] + bytes([item.envelope[-1] ^ 1]))
    assert ask(world.process()) == "new"
    assert faults_of(world) == ["envelope-tampered"]


def test_an_envelope_that_holds_no_stored_result_is_a_miss() -> None:
    world = filled()
    ((place, item),) = world.items.items.items()
    store = world.process()._results.store
    for content in ("text", ("value", 1, 2, 3, 4), ("odd", 1.0, 2.0, 3, 4), ("elsewhere", 1.0, 2.0, 3, (b"short", 1))):
        key = place[0].removeprefix("c#")
        envelope = store.codec.seal(content, context=(key,), now=world.now)
        world.items.items[place] = replace(item, envelope=envelope)
        assert ask(world.process()) == "new"
        assert faults_of(world) == ["envelope-undecodable"]


def test_another_stored_form_is_a_miss_and_not_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brine.service.results.sealing.STORED_RESULT_VERSION", STORED_RESULT_VERSION + 1)
    world = filled()
    monkeypatch.undo()
    assert ask(world.process()) == "new"
    assert faults_of(world) == ["outdated-schemamiss"]


@pytest.mark.parametrize(("name", "tenant"), [("others", ""), ("reports", "acme")])
def test_caches_and_tenants_share_nothing(name: str, tenant: str) -> None:
    world = filled()
    cache = world.process(name, tenant=tenant)
    assert ask(cache, "own") == "own"
    assert len(world.items.items) == 2
    assert ask(world.process()) == "old"
    first, second = world.items.items
    world.items.items[second] = world.items.items[first]  # an attacker who may write to the table put it there
    assert ask(world.process(name, tenant=tenant), "safe") == "safe"


class Failing(MemoryItemStore):
    """A table that fails on reads, once a test says so."""

    works = False

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        if self.works:
            return super().read(pk, sk, consistent=consistent)
        raise StoreThrottled("GetItem")


def test_a_table_that_cannot_be_read_costs_a_computation() -> None:
    world = World(items=Failing())
    assert ask(world.process()) == "new"
    assert faults_of(world) == ["table-throttled"]


def test_without_the_table_what_is_in_memory_stands_in_while_it_is_known_what_was_purged() -> None:
    items = Failing()
    world = World(items=items)
    cache = world.process(purge_delta=100)
    items.works = True
    ask(cache, "old")
    items.works = False
    world.now += 61

    def broken() -> str:
        raise OSError("no route")

    assert cache.get_or_compute(KEY, broken, freshness_lifetime=60) == "old"
    assert (world.told[-1].outcome, world.told[-1].layer) == ("stale", "memory")
    world.now += 40
    with pytest.raises(OSError, match="no route"):
        cache.get_or_compute(KEY, broken, freshness_lifetime=60)


def test_a_result_whose_commit_failed_is_in_the_memory_of_its_process_alone() -> None:
    class Down(MemoryLeaseStore):
        def commit(self, *_: Any, **__: Any) -> bool:
            raise StoreUnavailable("TransactWriteItems")

        def release(self, *_: Any, **__: Any) -> None:
            raise StoreUnavailable("UpdateItem")

    items = MemoryItemStore()
    world = World(items=items, leases=Down(items))
    cache = world.process()
    assert ask(cache) == "new"
    assert faults_of(world) == ["table-unavailable"]

    def broken() -> str:
        raise OSError("no route")

    assert cache.get_or_compute(KEY, broken, freshness_lifetime=60) == "new"
    world.now += 13
    with pytest.raises(OSError, match="no route"):
        world.process().get_or_compute(KEY, broken, freshness_lifetime=60)


def test_a_body_store_that_fails_costs_what_would_have_been_stored() -> None:
    class Down(MemoryBodyStore):
        def write(self, *_: Any, **__: Any) -> None:
            raise StoreUnavailable("PutObject")

        def read(self, *_: Any, **__: Any) -> bytes | None:
            raise StoreUnavailable("GetObject")

    world = World(bodies=Down())
    assert ask(world.process(), LARGE) == LARGE
    assert (faults_of(world), world.told[-1].stored) == (["bodies-unavailable"], False)
    good = filled(LARGE)
    good.bodies = Down()
    assert ask(good.process()) == "new"
    assert faults_of(good) == ["bodies-unavailable"]


def test_without_keys_everything_is_computed() -> None:
    def load() -> str:
        raise OSError("no secret")

    world = World(keyring=KeyringSource(load))
    assert ask(world.process()) == "new"
    assert faults_of(world) == ["keys-unavailable"]


def test_what_process_memory_refuses_is_found_in_the_table() -> None:
    world = World()
    cache = world.process(l1_bytes=0)
    assert [ask(cache, order()), ask(cache)] == [order(), order()]
    assert world.told[-1].layer == "table"


def test_keys_are_in_no_store() -> None:
    world = World()
    world.process().get_or_compute(("patient", "Jane Doe"), lambda: 1, freshness_lifetime=60)
    assert KEYS not in repr(world.items.items)
    assert "Jane" not in repr(world.items.items)
