"""Collapsing: how many fetches a crowd makes, which fetch serves which client, and which may be stored."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.errors import OriginTimeout, OriginUnreachable, StoreThrottled
from brine.ports.caching import Lease
from brine.service.flights.in_flight import InFlight
from brine.service.flights.leasing import Polling
from brine.service.transaction import WAIT_RESERVE
from tests.support.gateway.world import World, response, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.caching import Held, Item
    from brine.ports.deadline import Deadline
    from brine.service.flights.in_flight import Flight

CROWD = 20


class Crowd(InFlight):
    """InFlight that know when all clients have come."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.is_there = threading.Barrier(size)

    def join(self, key: str, after: Flight | None = None) -> tuple[Flight, bool]:
        flight, leads = super().join(key, after)
        if after is None and not leads:
            self.is_there.wait(10)
        return flight, leads


def crowded(world: World, outcome: Callable[[int], Outcome], path: str = "/api/x") -> list[tuple[str, bytes]]:
    """The answers to a crowd of threads; the first fetch lasts until all other threads wait. `outcome` is by fetch."""
    crowd = Crowd(CROWD)
    numbers = count()

    def answer(_address: OriginAddress, _request: Request) -> Outcome:
        number = next(numbers)
        if number == 0:
            crowd.is_there.wait(10)
        return outcome(number)

    world.origin = MemoryOrigin(answer)
    world.in_flight = crowd
    world.restart()
    with ThreadPoolExecutor(CROWD) as threads:
        answers = list(threads.map(lambda _: world.ask(path), range(CROWD)))
    return sorted((answer.result, answer.response.body) for answer in answers)


def test_a_crowd_in_one_process_makes_one_fetch() -> None:
    world = World()
    answers = crowded(world, lambda number: response(200, b"%d" % number, cache_control="max-age=60"))
    assert answers == [("collapsed", b"0")] * (CROWD - 1) + [("miss", b"0")]
    assert len(world.fetched) == 1
    assert "hit; ttl=60" in status_of(world.ask())


@pytest.mark.parametrize("cache_control", ["no-store", "private", "max-age=0"])
def test_a_private_response_serves_only_its_own_client(cache_control: str) -> None:
    world = World()
    answers = crowded(world, lambda number: response(200, b"%02d" % number, cache_control=cache_control))
    assert sorted(body for _, body in answers) == [b"%02d" % number for number in range(CROWD)]
    assert {result for result, _ in answers} == {"miss"}


def test_when_the_one_fetch_fails_one_other_takes_over_and_serves_the_rest() -> None:
    world = World()
    failure, success = OriginUnreachable("refused"), response(cache_control="max-age=60")
    answers = crowded(world, lambda number: failure if number < 2 else success)  # its retry fails, too
    assert [result for result, _ in answers] == ["collapsed"] * (CROWD - 2) + ["miss", "problem"]
    assert isinstance(lease_of(world), Lease), "the lease was given back"
    assert len(world.fetched) == 3


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (OriginUnreachable("refused"), "origin-unreachable"),
        (OriginTimeout("late"), "origin-timeout"),
        (response(503), "origin-error"),
        (response(429), "origin-error"),
    ],
)
def test_when_its_successor_fails_too_the_others_get_the_same_problem(outcome: Outcome, problem: str) -> None:
    world = World()
    answers = crowded(world, lambda _: outcome, path="/never/x")
    assert len(world.fetched) == 2
    bodies = [json.loads(body) for result, body in answers if result == "problem" and body]
    assert Counter(body["type"] for body in bodies)[f"urn:brine:problem:{problem}"] >= CROWD - 2
    assert len(answers) == CROWD


def test_when_the_fetch_fails_the_others_get_their_stale_response_at_once() -> None:
    world = World()
    first = response(200, b"old", cache_control="max-age=60, stale-if-error=600")
    world.outcomes["/x"] = first
    world.ask("/never/x")
    world.now += 70
    answers = crowded(world, lambda _: OriginTimeout("late"), path="/never/x")
    assert answers == [("stale", b"old")] * CROWD
    assert len(world.fetched) == 1


def lease_of(world: World, owner: str = "other", seconds: float = 10.0) -> Lease | Held:
    """The lease of the key that `World.ask` asks for, taken as by another process."""
    assert world.leases is not None
    pk = world.responses.store.pk(world.key_of("/base/x"))
    return world.leases.acquire(pk, owner=owner, now=world.now, expires_at=world.now + seconds)


def other_environment(world: World, waiting: Polling) -> World:
    """Another process on the same stores."""
    other = World(world.outcomes, items=world.items, leases=world.leases, bodies=world.bodies, polling=waiting)
    other.now = world.now
    return other


def test_another_environment_waits_for_the_holder_and_is_served_by_it() -> None:
    fetching, waited = threading.Event(), threading.Event()

    def slow(_address: OriginAddress, _request: Request) -> Outcome:
        fetching.set()
        assert waited.wait(10)
        return response(cache_control="max-age=60")

    holder = World()
    holder.origin = MemoryOrigin(slow)
    holder.restart()
    with ThreadPoolExecutor(1) as threads:
        miss = threads.submit(holder.ask)
        assert fetching.wait(10)

        def sleep(_seconds: float) -> None:
            waited.set()
            miss.result(10)

        other = other_environment(holder, Polling(sleep=sleep))
        answer = other.ask()
    assert (answer.result, answer.response.body) == ("collapsed", b"hello")
    assert status_of(answer) == "brine; fwd=uri-miss; collapsed; ttl=60"
    assert (len(holder.fetched), len(other.fetched)) == (1, 0)


def test_a_follower_at_its_deadline_is_answered_and_does_not_fetch() -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        world.now += seconds

    world = World({"/base/x": response(cache_control="max-age=60")}, polling=Polling(sleep=sleep, random=lambda: 1.0))
    lease = lease_of(world, seconds=100)
    began = world.now
    answer = world.ask()
    assert (answer.problem, answer.response.status, world.fetched) == ("origin-timeout", 504, [])
    assert status_of(answer) == "brine; fwd=uri-miss; collapsed; detail=origin-timeout"
    assert world.now - began == pytest.approx(29 - WAIT_RESERVE)
    assert pauses[:5] == [0.025, 0.05, 0.1, 0.2, 0.2]
    assert set(world.items.items) == set()
    assert isinstance(lease, Lease)


def test_the_lease_of_a_dead_holder_is_taken_over_and_its_late_commit_loses() -> None:
    def sleep(seconds: float) -> None:
        world.now += seconds

    world = World({"/base/x": response(cache_control="max-age=60")}, polling=Polling(sleep=sleep))
    dead = lease_of(world, seconds=3)
    answer = world.ask()
    assert (answer.result, answer.stored) == ("miss", True)
    ((place, item),) = world.items.items.items()
    assert isinstance(dead, Lease)
    assert world.leases is not None
    assert item.generation == dead.token + 1
    assert not world.leases.commit(dead, place[1], replace(item, envelope=b"late"))
    assert world.items.items[place] == item


def test_stale_is_served_while_somebody_else_revalidates() -> None:
    world = World({"/base/x": response(cache_control="max-age=60, stale-while-revalidate=60", etag='"1"')})
    world.ask()
    world.now += 70
    lease_of(world)
    answer = world.ask()
    assert (answer.result, status_of(answer)) == ("stale", "brine; hit; ttl=-10")
    assert len(world.fetched) == 1


def test_a_response_stored_between_look_up_and_lease_is_not_fetched_again() -> None:
    class Late(MemoryItemStore):
        """A store that gives, at its first read, the value from before the other environment's write."""

        is_late = True

        def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
            item = super().read(pk, sk, consistent=consistent)
            is_late, self.is_late = self.is_late and not consistent, False
            return None if is_late else item

    items = Late()
    world = World({"/base/x": response(cache_control="max-age=60")}, items=items)
    items.is_late = False
    world.ask()
    world.restart()
    items.is_late = True
    answer = world.ask()
    assert (answer.result, len(world.fetched)) == ("collapsed", 1)
    assert isinstance(lease_of(world), Lease), "the lease was given back"


def test_uncacheable_responses_do_not_queue_up() -> None:
    world = World({"/base/x": response(cache_control="no-store")})
    world.ask()
    lease_of(world, seconds=140)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        other.now += seconds

    other = other_environment(world, Polling(sleep=sleep))
    for environment in (world, other, other):
        assert environment.ask().result == "miss"
    assert pauses == []
    other.now += 121  # the marker's time is over
    assert other.ask().result == "miss"
    assert pauses != []


def test_a_cacheable_answer_replaces_the_marker() -> None:
    world = World({"/base/x": response(cache_control="no-store")})
    world.ask()
    world.outcomes["/base/x"] = response(cache_control="max-age=60")
    assert world.ask().stored
    assert world.ask().result == "hit"


def test_a_request_that_waited_in_vain_stores_a_response_that_others_can_use() -> None:
    world = World()
    answers = crowded(
        world, lambda number: response(200, b"%d" % number, cache_control="max-age=60" if number else "private")
    )
    assert ("miss", b"0") in answers
    assert world.ask().result == "hit"


def test_an_error_leaves_no_marker() -> None:
    world = World({"/base/x": response(503)})
    world.ask()
    assert world.items.items == {}
    assert isinstance(lease_of(world), Lease), "the lease was given back"


@pytest.mark.parametrize("method", ["DELETE", "POST"])
def test_an_invalidation_during_a_fetch_wins(method: str) -> None:
    def answer(_address: OriginAddress, request: Request) -> Outcome:
        if request.method == "GET":
            world.ask("/api/x", method)
        return response(200, b"old", cache_control="max-age=60")

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    fetched = world.ask()
    assert (fetched.response.body, fetched.stored) == (b"old", False)
    assert world.items.items == {}


def test_a_fetch_without_a_lease_does_not_replace_what_was_stored_meanwhile() -> None:
    def answer(_address: OriginAddress, request: Request) -> Outcome:
        if "cache-control" in request.fields:
            world.now += 61
            assert world.ask().stored
            return response(200, b"older", cache_control="max-age=600")  # fresh, although the fetch took 61 s
        return response(200, b"newer", cache_control="max-age=60")

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    world.ask()
    reload = world.ask(cache_control="no-cache")
    assert (reload.response.body, reload.stored) == (b"older", False)
    assert world.ask().response.body == b"newer"


def test_without_a_table_the_gateway_forwards_and_says_so() -> None:
    class Down(MemoryLeaseStore):
        def acquire(self, *_: Any, **__: Any) -> Lease | Held:
            raise StoreThrottled("UpdateItem")

    items = MemoryItemStore()
    world = World({"/base/x": response(cache_control="max-age=60")}, items=items, leases=Down(items))
    answer = world.ask()
    assert (answer.response.body, answer.stored) == (b"hello", False)
    assert "detail=table-throttled" in status_of(answer)
