"""Responses that arrive stale but may be served stale: micro-caching, slow origins, crowds of clients."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.errors import OriginUnreachable
from brine.ports.caching import Lease
from brine.ports.deadline import Deadline
from brine.service.flights.in_flight import InFlight
from brine.service.http_cache.refresh_requests import RefreshRequests
from tests.support.gateway.world import World, refresher_of, response, status_of

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.origin import OriginAddress
    from brine.service.flights.in_flight import Flight
    from brine.service.http_cache.refresher import Refresh

CROWD = 200
MICRO = "max-age=1, stale-while-revalidate=60"
ALWAYS_STALE = "max-age=0, stale-while-revalidate=60"


class Slow:
    """A gateway with a queue for refreshes, before an origin that takes `took` seconds for each numbered response."""

    def __init__(self, cache_control: str, took: float = 2.0) -> None:
        self.queue = MemoryRefreshQueue()
        self.world = World(refreshes=RefreshRequests(self.queue))
        self.cache_control, self.took, self.number = cache_control, took, 0
        self.world.origin = MemoryOrigin(self.answer)
        self.world.restart()

    def answer(self, _address: OriginAddress, _request: Request) -> Response:
        self.world.now += self.took
        self.number += 1
        return response(200, b"%d" % self.number, cache_control=self.cache_control)

    def ask(self, **fields: str) -> tuple[bytes, str]:
        answer = self.world.ask(**fields)
        return answer.response.body, status_of(answer)

    def refresh(self) -> list[Refresh]:
        """Make the refreshes that were requested."""
        deadline = Deadline(self.world.now + 29, self.world.time)
        requests, self.queue.requests[:] = list(self.queue.requests), []
        return [refresher_of(self.world.gateway).refresh(request, deadline) for request in requests]


def test_micro_caching_answers_at_once_from_an_origin_slower_than_its_lifetime() -> None:
    slow = Slow(MICRO)
    assert slow.ask() == (b"1", "brine; fwd=uri-miss; fwd-status=200; stored; ttl=-1")
    for number in range(1, 5):
        assert slow.ask() == (b"%d" % number, "brine; hit; ttl=-1")
        assert slow.ask() == (b"%d" % number, "brine; hit; ttl=-1")
        assert [made.outcome for made in slow.refresh()] == ["refreshed"]
    assert slow.number == 5


def test_requests_for_a_refresh_that_was_made_meanwhile_fetch_nothing() -> None:
    """Each of three processes requests the refresh; the response is as stale after it as before."""
    slow = Slow(MICRO)
    slow.ask()
    for _ in range(3):
        slow.world.gateway = replace(slow.world.gateway, refreshes=RefreshRequests(slow.queue))
        slow.ask()
    assert [made.outcome for made in slow.refresh()] == ["refreshed", "fresh", "fresh"]
    assert slow.number == 2


def test_a_slow_refresh_past_the_windows_leaves_the_stored_response() -> None:
    slow = Slow("max-age=10, stale-while-revalidate=60", took=0)
    slow.ask()
    slow.world.now += 11
    slow.ask()
    slow.took, slow.cache_control = 3, "max-age=1"
    assert [made.outcome for made in slow.refresh()] == ["refused"]
    assert slow.ask() == (b"1", "brine; hit; ttl=-4")


def test_it_stands_in_for_errors_within_its_window() -> None:
    slow = Slow("max-age=0, stale-if-error=60", took=0)
    slow.ask()
    slow.world.origin = MemoryOrigin(lambda *_: OriginUnreachable("refused"))
    slow.world.restart()
    assert slow.ask() == (b"1", "brine; fwd=stale; ttl=0; detail=origin-unreachable")
    slow.world.now += 60
    assert slow.world.ask().problem == "origin-unreachable"


def test_a_client_that_wants_a_fresh_response_gets_one() -> None:
    slow = Slow(MICRO)
    slow.ask()
    for directive in ("no-cache", "max-age=1", "min-fresh=1"):
        slow.number = 0
        assert slow.ask(cache_control=directive)[0] == b"1"


def test_without_a_refresher_one_client_fetches_and_the_next_one_too() -> None:
    slow = Slow(MICRO)
    slow.world.gateway = replace(slow.world.gateway, refreshes=None)
    assert [slow.ask()[0] for _ in range(3)] == [b"1", b"2", b"3"]


class Crowd(InFlight):
    """InFlight that know when all but the first have come."""

    def __init__(self) -> None:
        super().__init__()
        self.is_there = threading.Barrier(CROWD)

    def join(self, key: str, after: Flight | None = None) -> tuple[Flight, bool]:
        flight, leads = super().join(key, after)
        if not leads:
            self.is_there.wait(30)
        return flight, leads


def crowd_of(world: World) -> list[str]:
    """How the answers to a crowd of threads came about; the fetch lasts until all other threads wait."""
    crowd = Crowd()

    def answer(_address: OriginAddress, _request: Request) -> Outcome:
        crowd.is_there.wait(30)
        return response(cache_control=ALWAYS_STALE)

    world.origin, world.in_flight = MemoryOrigin(answer), crowd
    world.restart()
    with ThreadPoolExecutor(CROWD) as threads:
        return sorted(answer.result for answer in threads.map(lambda _: world.ask(), range(CROWD)))


def test_a_crowd_makes_one_fetch_although_the_response_arrives_stale() -> None:
    for refreshes in (None, RefreshRequests(MemoryRefreshQueue())):
        world = World(refreshes=refreshes)
        assert crowd_of(world) == ["collapsed"] * (CROWD - 1) + ["miss"]
        assert len(world.fetched) == 1


def test_a_crowd_on_a_stale_response_asks_for_one_refresh() -> None:
    slow = Slow(ALWAYS_STALE)
    slow.ask()
    with ThreadPoolExecutor(20) as threads:
        assert {answer.result for answer in threads.map(lambda _: slow.world.ask(), range(CROWD))} == {"stale"}
    assert (len(slow.queue.requests), slow.number) == (1, 1)


def test_requests_do_not_wait_for_a_response_that_can_only_stand_in_for_errors() -> None:
    slow = Slow("max-age=0, stale-if-error=60")
    slow.ask()
    world = slow.world
    assert world.leases is not None
    pk = world.responses.store.pk(world.key_of("/base/x"))
    began, lease = world.now, world.leases.acquire(pk, owner="other", now=world.now, expires_at=world.now + 100)
    assert slow.ask() == (b"2", "brine; fwd=stale; fwd-status=200")
    assert (world.now - began, isinstance(lease, Lease)) == (2, True)
