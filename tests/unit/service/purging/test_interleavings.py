"""Invalidations, expiries and fetches in unlucky orders: an invalidated response stays invalid, and a response that
may be stored is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.domain.purging.stamps import Stamp
from brine.service.stores.known_stamps import KnownStamps
from tests.support.gateway.world import START, World, response, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.caching import Held, Item, Lease
    from brine.ports.deadline import Deadline


class Meanwhile:
    """An action that happens once, at a point that the test picks."""

    def __init__(self) -> None:
        self.action: Callable[[], object] | None = None

    def happens(self) -> None:
        action, self.action = self.action, None
        if action is not None:
            action()


class Origin:
    """A page that a POST changes; an action may happen after the page is made and before it is received."""

    def __init__(self, world: World, **fields: str) -> None:
        self.version = 1
        self.fields = {"cache_control": "max-age=60", **fields}
        self.meanwhile = Meanwhile()
        world.origin = MemoryOrigin(self.answer)
        world.restart()

    def answer(self, _address: OriginAddress, request: Request) -> Outcome:
        if request.method == "POST":
            self.version += 1
            return response(204, b"")
        made = response(200, b"%d" % self.version, **self.fields)
        self.meanwhile.happens()
        return made


class Leases(MemoryLeaseStore):
    """Leases with an action that may happen before an acquisition or after a commit."""

    def __init__(self, items: MemoryItemStore) -> None:
        super().__init__(items)
        self.before, self.after = Meanwhile(), Meanwhile()

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        self.before.happens()
        return super().acquire(pk, owner=owner, now=now, expires_at=expires_at)

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        has_committed = super().commit(lease, sk, item)
        self.after.happens()
        return has_committed


def test_an_uncollapsed_fetch_does_not_store_what_was_invalidated_meanwhile() -> None:
    world = World()
    origin = Origin(world)
    world.ask()
    origin.meanwhile.action = lambda: world.ask("/api/x", "POST")

    assert world.ask("/api/x", cache_control="no-cache").response.body == b"1"
    assert world.ask().response.body == b"2"


@pytest.mark.parametrize("is_evicted", [False, True])
def test_an_uncollapsed_fetch_stores_again_once_what_was_stored_is_over(is_evicted: bool) -> None:
    world = World()
    Origin(world, cache_control="public, max-age=60")
    assert world.ask("/api/x", authorization="a").stored
    world.now += 61
    if is_evicted:
        world.items.items.clear()

    assert world.ask("/api/x", authorization="a").stored
    assert status_of(world.ask("/api/x", authorization="b")).startswith("brine; hit")


def test_an_uncollapsed_fetch_is_stored_beside_a_newer_variant() -> None:
    world = World()
    Origin(world, cache_control="public, max-age=60", vary="accept", etag='"1"')
    for accept in ("a", "b"):
        world.ask("/api/x", authorization="t", accept=accept)
    world.now += 61
    world.ask("/api/x", authorization="t", accept="b")

    assert world.ask("/api/x", authorization="t", accept="a").stored


def test_no_variant_comes_back_with_a_main_slot_that_was_looked_at_before_an_invalidation() -> None:
    items = MemoryItemStore()
    leases = Leases(items)
    world = World(items=items, leases=leases)
    origin = Origin(world, vary="accept", etag='"1"')
    world.ask("/api/x", accept="a")
    world.now += 61
    origin.fields["cache_control"] = "max-age=600"
    world.ask("/api/x", accept="b")
    origin.fields["cache_control"] = "max-age=60"
    world.ask("/api/x", accept="a")
    world.now += 61
    leases.before.action = lambda: world.ask("/api/x", "POST")

    world.ask("/api/x", accept="a")
    assert world.ask("/api/x", accept="b").response.body == b"2"


def test_memory_does_not_get_back_what_was_dropped_between_its_commit_and_its_answer() -> None:
    items = MemoryItemStore()
    leases = Leases(items)
    world = World(items=items, leases=leases)
    Origin(world)
    leases.after.action = lambda: world.ask("/api/x", "POST")

    world.ask()
    assert world.ask().response.body == b"2"


def test_stamps_are_not_known_for_longer_when_the_clock_is_set_back() -> None:
    known = KnownStamps(1.0)
    known.learn({"everything": Stamp()}, START)

    assert known.get(["everything"], START - 3600) == {}
    known.learn({"everything": Stamp(hard=START)}, START - 3600)
    assert known.get(["everything"], START - 3600) == {"everything": Stamp(hard=START)}
