"""Fills around a purge: a new response after a purge of its tag counts, and a fetch that a purge ended does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore, MemoryStampStore
from brine.domain.purging.stamps import EVERYTHING, MARGIN, TAG_PURGES, key_stamp, tag_stamp
from brine.errors import StoreThrottled
from brine.service.purge import Purger
from brine.service.stores.tag_purges import tag_purge_time
from tests.support.gateway.world import START, World, response, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.purging.stamps import Stamp
    from brine.ports.deadline import Deadline

SKEWS = (-MARGIN + 0.1, 0.0, MARGIN - 0.1)


def tagged(number: int = 1, **fields: str) -> Any:
    return response(200, b"%d" % number, cache_control="max-age=1000", surrogate_key="news", **fields)


def beside(world: World) -> World:
    """Another process on the same stores, before the same origin."""
    other = World(world.outcomes, items=world.items, leases=world.leases, stamps=world.stamps, bodies=world.bodies)
    other.now = world.now
    return other


def purger_of(world: World, skew: float = 0.0) -> Purger:
    assert world.stamps is not None
    return Purger(routes=world.gateway.routes, stamps=world.stamps, clock=lambda: world.now + skew)


@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize("all_tenants", [False, True])
def test_a_new_url_is_fetched_once_after_its_tag_was_purged(skew: float, all_tenants: bool) -> None:
    """The process does not know the tag, and has looked up another URL just before the purge."""
    world = World({"/base/x": tagged(), "/base/y": tagged()})
    assert world.ask("/api/x").stored
    purger_of(world, skew).tag("news", all_tenants=all_tenants)
    for process in (world, beside(world)):
        process.now += 0.2
        path = "/api/y" if process is world else "/api/y?second"
        process.outcomes[path.replace("/api", "/base")] = tagged()
        assert (process.ask(path).stored, process.ask(path).result) == (True, "hit")
        process.now += 2
        assert process.ask(path).result == "hit"


def test_a_soft_purge_before_the_fetch_does_not_make_it_stale() -> None:
    world = World({"/base/y": tagged()})
    purger_of(world).tag("news", soft=True)
    assert "ttl=1000" in status_of(world.ask("/api/y"))
    assert world.ask("/api/y").result == "hit"


@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize("kind", ["tag", "url", "route", "everything"])
@pytest.mark.parametrize("knows", [False, True], ids=["another process", "this process"])
def test_a_fetch_that_a_purge_ended_is_not_called_stored(kind: str, skew: float, knows: bool) -> None:
    """The fetch takes longer than delta, or this process knows the stamp, or it is that of a tag."""
    world = World()
    number = 0

    def purged(*_: object) -> Any:
        """Purge during the first fetch, which has the old content."""
        nonlocal number
        number += 1
        answer = tagged(number)
        if number == 1:
            purger = purger_of(world, skew)
            purges: dict[str, Callable[[], object]] = {
                "tag": lambda: purger.tag("news"),
                "url": lambda: purger.url("/api/x"),
                "route": lambda: purger.route("api"),
                "everything": purger.everything,
            }
            purges[kind]()
            names = [TAG_PURGES, EVERYTHING, "route:api", tag_stamp("news"), key_stamp(world.key_of("/base/x"))]
            if kind != "tag" and not knows:
                world.now += world.delta + 0.1
            if knows:
                stamps = world.responses.store.stamps
                stamps.known.learn(stamps.store.read(names), world.now)
        return answer

    world.origin = MemoryOrigin(purged)
    world.restart()
    answer = world.ask()
    assert (answer.response.body, answer.stored, "stored" in status_of(answer)) == (b"1", False, False)
    assert not world.items.items
    world.now += 0.2
    again = world.ask()
    assert (again.response.body, again.stored, world.ask().result) == (b"2", True, "hit")


def test_a_purge_during_the_validation_of_a_response_counts() -> None:
    """The origin confirms the old bytes after the purge of a tag was read in another place of the table."""
    world = World({"/base/x": tagged(etag='"1"')})
    world.ask()
    world.now += 1_001

    def confirmed(*_: object) -> Any:
        purger_of(world).tag("news")
        world.now += world.delta + 0.1
        return response(304, b"", etag='"1"', cache_control="max-age=1000")

    world.origin = MemoryOrigin(confirmed)
    keep = world.responses
    world.restart()
    world.responses.store.stamps.known.learn(keep.store.stamps.store.read([TAG_PURGES]), world.now)
    assert not world.ask().stored


def test_a_confirmation_does_not_make_old_bytes_newer_than_a_purge() -> None:
    """TAG_PURGES was raised before the validation began, and the stamp of the tag was written after it ended."""
    world = World({"/base/x": tagged(etag='"1"')})
    world.ask()
    world.now += 1_001
    assert world.stamps is not None
    at = tag_purge_time(world.stamps, at=world.now + MARGIN, soft=False)
    world.outcomes["/base/x"] = response(304, b"", etag='"1"', cache_control="max-age=1000")
    assert world.ask().stored
    world.stamps.write(tag_stamp("news"), at=at)
    world.now += 2
    world.outcomes["/base/x"] = tagged(2)
    assert world.ask().response.body == b"2"


class Refusing(MemoryStampStore):
    """A stamp store that can refuse to raise TAG_PURGES."""

    is_refusing = False

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        if self.is_refusing and name == TAG_PURGES:
            raise StoreThrottled("UpdateItem")
        return super().write(name, at=at, soft=soft, deadline=deadline)


def test_a_purge_of_a_tag_holds_without_its_place_in_the_order() -> None:
    items = MemoryItemStore()
    stamps = Refusing(items)
    world = World({"/base/x": tagged(1)}, items=items, stamps=stamps)
    purger_of(world, MARGIN - 0.1).tag("other")
    assert world.ask().stored
    stamps.is_refusing = True
    assert purger_of(world).tag("news").at == START + 2 * MARGIN
    world.outcomes["/base/x"] = tagged(2)
    world.now += 2
    assert world.ask().response.body == b"2"
