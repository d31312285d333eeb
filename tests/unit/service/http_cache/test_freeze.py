"""Lambda freezes a process after its answer, perhaps for ever: all necessary work is done before the answer."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.errors import OriginTimeout
from brine.ports.caching import ABANDONED
from brine.service.http_cache.refresh_requests import RefreshRequests
from tests.support.faults.ports import (
    Faults,
    FaultyBodies,
    FaultyItems,
    FaultyLeases,
    FaultyOrigin,
    FaultyQueue,
    FaultyStamps,
    Frozen,
)
from tests.support.gateway.world import START, World, response, with_origin

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.ports.caching import Item, Lease
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.answer import Answer

LARGE = random.Random(1).randbytes(20_000)  # noqa: S311 - no secret: bytes that do not compress


class Scene:
    """Processes on the same stores, one after the other: each is frozen when the next one begins."""

    def __init__(self, leases: type[MemoryLeaseStore] = MemoryLeaseStore) -> None:
        self.items = MemoryItemStore()
        self.leases = leases(self.items)
        self.stamps = MemoryStampStore(self.items)
        self.bodies = MemoryBodyStore()
        self.queue = MemoryRefreshQueue()
        self.now = START
        self.outcomes: dict[str, Outcome] = {}
        self.begin()

    def begin(self) -> None:
        """A new process."""
        self.faults = Faults(
            random=random.Random(1),  # noqa: S311 - no secret
            chances={},
            now=lambda: self.now,
            advance=self.pass_time,
        )
        items = FaultyItems(self.items, self.faults)
        self.world = World(
            outcomes=self.outcomes,
            now=self.now,
            items=self.items,
            leases=FaultyLeases(self.leases, items, self.faults),
            stamps=FaultyStamps(self.stamps, self.faults),
            bodies=FaultyBodies(self.bodies, self.faults),
            stamp_items=items,
            refreshes=RefreshRequests(FaultyQueue(self.queue, self.faults)),
        )
        self.world.gateway = with_origin(self.world.gateway, FaultyOrigin(self.world.origin, self.faults))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.world.now += seconds

    def ask_and_freeze(self, method: str = "GET", **fields: str) -> Answer:
        """An answer of a process that is frozen for ever after it."""
        before = threading.enumerate()
        answer = self.world.ask("/api/x", method, **fields)
        self.faults.is_frozen = True
        assert threading.enumerate() == before, "something goes on after the answer"
        self.begin()
        return answer

    def next_result(self) -> str:
        """The next process's result for the same request. No process holds a lease that it would wait for."""
        held = [held for pk in self.leases.leases if (held := self.leases.holder(pk)) is not None]
        assert [one.expires_at for one in held if one.expires_at > ABANDONED] == []
        return self.ask_and_freeze().result


def page(body: bytes = b"1", cache_control: str = "max-age=60", /, **fields: str) -> Outcome:
    return response(200, body, cache_control=cache_control, etag='"1"', **fields)


@pytest.mark.parametrize("body", [b"small", LARGE], ids=["small", "large"])
def test_what_was_fetched_is_stored(body: bytes) -> None:
    scene = Scene()
    scene.outcomes["/base/x"] = page(body)
    assert scene.ask_and_freeze().stored
    assert scene.next_result() == "hit"


def test_what_was_validated_is_fresh() -> None:
    scene = Scene()
    scene.outcomes["/base/x"] = page()
    scene.ask_and_freeze()
    scene.pass_time(61)
    scene.outcomes["/base/x"] = response(304, b"", cache_control="max-age=60", etag='"1"')
    assert scene.ask_and_freeze().result == "validated"
    assert scene.next_result() == "hit"


def test_a_refresh_is_handed_over() -> None:
    scene = Scene()
    scene.outcomes["/base/x"] = page(b"1", "max-age=10, stale-while-revalidate=60")
    scene.ask_and_freeze()
    scene.pass_time(11)
    assert scene.ask_and_freeze().result == "stale"
    assert [request.target for request in scene.queue.requests] == ["/base/x"]
    assert scene.next_result() == "stale"


def test_what_was_invalidated_is_gone() -> None:
    scene = Scene()
    scene.outcomes["/base/x"] = page()
    scene.ask_and_freeze()
    scene.outcomes["/base/x"] = page(b"2")
    assert scene.ask_and_freeze("POST").response.status == 200
    assert scene.next_result() == "miss"


def test_an_uncacheable_response_is_marked() -> None:
    scene = Scene()
    scene.outcomes["/base/x"] = page(b"1", "no-store")
    assert not scene.ask_and_freeze().stored
    assert len(scene.items.items) == 1
    assert scene.next_result() == "miss"


def test_a_fetch_that_failed_has_given_its_lease_back() -> None:
    scene = Scene()
    scene.outcomes["/base/x"] = OriginTimeout("late")
    assert scene.ask_and_freeze().response.status == 504
    scene.outcomes["/base/x"] = page()
    assert scene.next_result() == "miss"


class Lazy(MemoryLeaseStore):
    """Leases that leave commits to a thread, to be done after the answer."""

    def __init__(self, items: MemoryItemStore) -> None:
        super().__init__(items)
        self.is_out = threading.Event()
        self.thread = threading.Thread()

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        def later() -> None:
            self.is_out.wait(20)
            super(Lazy, self).commit(lease, sk, item)

        self.thread = threading.Thread(target=later)
        self.thread.start()
        return True


def test_work_after_the_answer_is_detected() -> None:
    scene = Scene(Lazy)
    scene.outcomes["/base/x"] = page()
    with pytest.raises(AssertionError, match="goes on"):
        scene.ask_and_freeze()
    assert isinstance(scene.leases, Lazy)
    scene.leases.is_out.set()
    scene.leases.thread.join()


def test_a_frozen_process_reaches_no_port() -> None:
    scene = Scene()
    scene.faults.is_frozen = True
    with pytest.raises(Frozen, match="after the answer"):
        scene.world.ask("/api/x")
