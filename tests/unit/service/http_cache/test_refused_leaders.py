"""What clients get that wait for a leader that is refused, or that fills another slot than that of its lease."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryLeaseStore
from brine.errors import OriginBudgetSpent, OriginCircuitOpen
from brine.ports.caching import split_lease_key
from brine.service.flights.leasing import Polling
from tests.support.gateway.world import World, response, with_fetcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.origin import OriginAddress
    from brine.errors import OriginPaused
    from brine.ports.caching import Held, Lease
    from brine.service.http_cache.answer import Answer

PAUSES = [OriginBudgetSpent("spent", 7.0, by_origin=False), OriginCircuitOpen("open", 7.0)]
CLIENTS = 6


@dataclass
class Upstream:
    """The way to an origin: it refuses as long as there are refusals, after `before`."""

    refusals: list[OriginPaused] = field(default_factory=list)
    before: Callable[[], object] = lambda: None
    asked: int = 0

    def fetch(self, *_arguments: Any) -> Response:
        self.asked += 1
        self.before()
        if self.refusals:
            raise self.refusals.pop()
        return response(cache_control="max-age=60")


def like(world: World, **options: Any) -> World:
    """Another process on the same stores."""
    return World(items=world.items, leases=world.leases, stamps=world.stamps, permits=world.permits, **options)


def through(world: World, upstream: Upstream) -> World:
    world.gateway = with_fetcher(world.gateway, origins=upstream)
    return world


def facts(answer: Answer) -> tuple[int, str | None]:
    return answer.response.status, answer.response.fields.get("retry-after")


@pytest.mark.parametrize("pause", PAUSES, ids=lambda pause: type(pause).__name__)
def test_clients_that_wait_for_a_refused_one_do_not_all_look_up_and_ask_again(pause: OriginPaused) -> None:
    world = World()
    joined = threading.Barrier(CLIENTS)
    join = world.in_flight.join

    def counted_join(key: str, after: Any = None) -> Any:
        flight = join(key, after)
        if after is None and not flight[1]:
            joined.wait(20)
        return flight

    world.in_flight.join = counted_join  # type: ignore[method-assign]
    upstream = Upstream([pause] * CLIENTS, before=lambda: joined.wait(20) if upstream.asked == 1 else None)
    through(world, upstream)
    with ThreadPoolExecutor(CLIENTS) as threads:
        answers = list(threads.map(lambda _: world.ask(), range(CLIENTS)))
    assert [facts(answer) for answer in answers] == [(503, "7")] * CLIENTS
    assert upstream.asked == 2


def test_of_several_environments_that_have_units_left_one_fetches_for_a_leader_without() -> None:
    world = World()
    all_poll = threading.Barrier(4)
    first = Upstream([PAUSES[0]], before=lambda: all_poll.wait(20))
    through(world, first)

    def waiting_world() -> tuple[World, Upstream]:
        had: list[float] = []

        def sleep(seconds: float) -> None:
            if not had:
                had.append(seconds)
                all_poll.wait(20)
            threading.Event().wait(seconds)

        return like(world, polling=Polling(sleep=sleep)), Upstream(before=lambda: threading.Event().wait(0.1))

    others = [waiting_world() for _ in range(3)]
    for other, upstream in others:
        through(other, upstream)
    with ThreadPoolExecutor(4) as threads:
        leader = threads.submit(world.ask)
        while not isinstance(world.leases, MemoryLeaseStore) or not world.leases.leases:
            pass
        answers = [threads.submit(other.ask) for other, _ in others]
    assert facts(leader.result()) == (503, "7")
    assert [answer.result().response.status for answer in answers] == [200] * 3
    assert sum(upstream.asked for _, upstream in others) == 1


class OrderedLeases(MemoryLeaseStore):
    """Leases that call back before one is taken, and after one is given back unused."""

    before_acquire: Callable[[str], object] = staticmethod(lambda _key: None)
    after_release: Callable[[str], object] = staticmethod(lambda _key: None)

    def acquire(self, pk: str, **options: Any) -> Lease | Held:
        self.before_acquire(pk)
        return super().acquire(pk, **options)

    def release(self, lease: Lease, **options: Any) -> None:
        super().release(lease, **options)
        self.after_release(lease.pk)


class Pages:
    """An origin with a page in each language. `before` is called before each answer."""

    def __init__(self) -> None:
        self.vary = "accept-language"
        self.asked: Counter[str] = Counter()
        self.before: Callable[[], object] = lambda: None

    def __call__(self, _address: OriginAddress, request: Request) -> Outcome:
        self.asked[request.fields.get("accept-language") or "none"] += 1
        self.before()
        return response(cache_control="max-age=60", vary=self.vary)


def world_of_pages(pages: Pages, base: World | None = None, **options: Any) -> World:
    world = World(**options) if base is None else like(base, **options)
    if base is None:
        world.leases = OrderedLeases(world.items)
    world.origin = MemoryOrigin(pages)
    world.restart()
    return world


def test_a_lease_of_a_variant_is_given_back_only_after_its_response_is_in_the_slot_of_another_vary() -> None:
    pages = Pages()
    world = world_of_pages(pages)
    world.ask("/open/x", accept_language="de")
    both, answered = threading.Barrier(2), threading.Event()

    def sleep(_seconds: float) -> None:
        if not both.broken and not pages.asked["waited"]:
            pages.asked["waited"] = 1
            both.wait(20)
        threading.Event().wait(0.005)

    other = world_of_pages(pages, world, polling=Polling(sleep=sleep))
    pages.vary, pages.before = "accept-language, x-none", lambda: both.wait(20)
    assert isinstance(world.leases, OrderedLeases)
    world.leases.after_release = lambda _key: answered.wait(20)

    def ask_other() -> Answer:
        try:
            return other.ask("/open/x", accept_language="en")
        finally:
            answered.set()

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(world.ask, "/open/x", accept_language="en")
        while pages.asked["en"] == 0:
            pass
        pages.before = lambda: None
        second = threads.submit(ask_other)
    assert first.result().stored
    assert second.result().result == "collapsed"
    assert pages.asked["en"] == 1


def test_a_leader_that_learns_of_another_slot_settles_the_first_one_so_that_callers_need_not_take_turns() -> None:
    pages = Pages()
    world = world_of_pages(pages)
    other = world_of_pages(pages, world)
    assert isinstance(world.leases, OrderedLeases)
    leases = world.leases

    def fill_main(_key: str) -> None:
        leases.before_acquire = lambda _key: None
        other.ask("/open/x", accept_language="de")

    leases.before_acquire = fill_main
    assert world.ask("/open/x", accept_language="en").stored
    (main,) = (key for key in leases.leases if not split_lease_key(key)[1])
    assert leases.holder(main) is None
    assert pages.asked == {"de": 1, "en": 1}
