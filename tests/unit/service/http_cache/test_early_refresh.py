"""Early refreshes from end to end: a hit that asks for one, the refresher's fetch, and the gain for a hot key."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.domain.routing.route import Routes
from brine.errors import OriginTimeout, StoreUnavailable
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresh_requests import RefreshRequests
from tests.support.gateway.world import World, refresher_of, response, status_of, with_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Request, Response
    from brine.domain.refreshing.request import RefreshRequest
    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.refresher import Refresh

PLACE, TARGET = "/timed/x", "/x"
TOOK = 0.5
LATE = 59.0
"""Seconds after the fetch when half a second of freshness is left: it was TOOK seconds old when it came."""
NEVER = 1 - 1e-9
"""A draw that asks for nothing before the very end."""


@dataclass
class SlowOrigin:
    """The origin of a world that answers slowly."""

    world: World
    took: float

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        self.world.now += self.took
        return self.world.origin.fetch(origin, request, deadline)


@dataclass
class Process:
    """A gateway with early refreshes in a process of its own, with given random draws."""

    world: World
    queue: MemoryRefreshQueue = field(default_factory=MemoryRefreshQueue)
    drawn: list[float] = field(default_factory=list)
    draw: Callable[[], float] | None = None
    took: float = TOOK
    beta: float = 1.0

    def __post_init__(self) -> None:
        gateway = self.world.gateway
        errors = {404: 30.0, 503: 30.0}
        (route,) = (route for route in gateway.routes if route.name == "timed")
        policy = replace(route.policy, early_refresh=self.beta, negative_lifetimes=errors)
        self.world.gateway = replace(
            with_origin(gateway, SlowOrigin(self.world, self.took)),
            routes=Routes((replace(route, policy=policy),)),
            refreshes=RefreshRequests(self.queue, draw=self.next_draw),
        )

    def next_draw(self) -> float:
        if self.draw is not None:
            return self.draw()
        return self.drawn.pop(0) if self.drawn else NEVER

    def another(self) -> Process:
        """Another process on the same stores."""
        mine = self.world
        world = World(mine.outcomes, items=mine.items, leases=mine.leases, stamps=mine.stamps, now=mine.now)
        world.origin = mine.origin
        return replace(self, world=world)

    def ask(self, /, **fields: str) -> Answer:
        return self.world.ask(PLACE, **fields)

    def refresh(self, request: RefreshRequest | None = None) -> Refresh:
        """Refresh the first request in the queue, or `request`, in another process."""
        world = self.another().world
        deadline = Deadline(world.now + 29, lambda: world.now)
        return refresher_of(world.gateway).refresh(request or self.queue.requests.pop(0), deadline)


@pytest.fixture
def process() -> Process:
    """A process with a stored response near the end of its freshness."""
    process = Process(World({TARGET: response(200, b"old", etag='"1"')}))
    assert process.ask().stored
    process.world.now += LATE
    process.world.outcomes[TARGET] = response(200, b"new", etag='"2"')
    return process


def test_a_hit_near_the_end_is_served_as_ever_and_asks_for_a_refresh(process: Process) -> None:
    process.drawn = [0.1]
    answer = process.ask()
    assert (answer.response.body, answer.result, answer.layer) == (b"old", "hit", "memory")
    assert status_of(answer) == "brine; hit; ttl=1"
    assert answer.early_refresh
    (asked,) = process.queue.requests
    assert (asked.route, asked.target, asked.renews) == ("timed", TARGET, 1)


def test_a_higher_draw_asks_for_nothing(process: Process) -> None:
    process.drawn = [0.9]
    answer = process.ask()
    assert (answer.result, answer.early_refresh) == ("hit", False)
    assert process.queue.requests == []


def test_an_early_refresh_saves_a_wait_at_the_end_of_freshness(process: Process) -> None:
    process.drawn = [0.1]
    process.ask()
    assert process.refresh().outcome == "refreshed"
    process.world.now += 1
    answer = process.ask()
    assert (answer.response.body, answer.result, answer.layer) == (b"new", "hit", "table")
    assert len(process.world.fetched) == 2


def test_the_fresh_response_is_validated_with_what_the_origin_gave(process: Process) -> None:
    process.world.outcomes[TARGET] = response(304, b"", etag='"1"')
    process.drawn = [0.1]
    process.ask()
    assert process.refresh().outcome == "refreshed"
    (_, sent) = process.world.origin.requests[-1]
    assert sent.fields.get("if-none-match") == '"1"'
    process.world.now += 1
    assert (process.ask().response.body, process.ask().result) == (b"old", "hit")


def test_without_a_validator_it_is_fetched_whole() -> None:
    process = Process(World({TARGET: response(200, b"old")}))
    process.ask()
    process.world.now += LATE
    process.drawn = [0.1]
    process.ask()
    assert process.refresh().outcome == "refreshed"
    (_, sent) = process.world.origin.requests[-1]
    assert "if-none-match" not in sent.fields


def test_many_hits_ask_once_in_a_while(process: Process) -> None:
    process.drawn = [0.1] * 5
    assert [process.ask().early_refresh for _ in range(5)] == [True, False, False, False, False]
    assert len(process.queue.requests) == 1


def test_a_request_that_somebody_was_faster_with_is_left_alone(process: Process) -> None:
    """Two processes ask for a refresh of the same stored response: one fetch."""
    process.drawn = [0.1]
    process.ask()
    (asked,) = process.queue.requests
    assert [process.refresh(asked).outcome for _ in range(3)] == ["refreshed", "fresh", "fresh"]
    assert len(process.world.fetched) == 2


def test_one_that_comes_late_refreshes_what_has_become_stale(process: Process) -> None:
    process.drawn = [0.1]
    process.ask()
    process.world.now += 5
    assert process.refresh().outcome == "refreshed"


@pytest.mark.parametrize("failure", [OriginTimeout("x"), response(503, b"later"), response(500, b"later")])
def test_an_error_does_not_end_what_is_fresh(process: Process, failure: object) -> None:
    """Even an error that the route would store, if no better response were stored, does not end it."""
    process.world.outcomes[TARGET] = failure  # type: ignore[assignment]  # an exception or a response
    process.world.now -= 10
    process.drawn = [1e-12]
    process.ask()
    assert process.refresh().outcome == "failed"
    answer = process.another().ask()
    assert (answer.response.body, answer.result, answer.layer) == (b"old", "hit", "table")


def test_a_404_of_an_early_refresh_is_served_at_once(process: Process) -> None:
    process.world.outcomes[TARGET] = response(404, b"gone")
    process.drawn = [0.1]
    process.ask()
    assert process.refresh().outcome == "refreshed"
    process.world.now += 1
    answer = process.ask()
    assert (answer.response.status, answer.result) == (404, "hit")


def test_a_purged_response_is_not_refreshed(process: Process) -> None:
    process.drawn = [0.1]
    process.ask()
    process.world.items.items.clear()
    assert process.refresh().outcome == "gone"
    assert len(process.world.fetched) == 1


def test_a_hit_with_credentials_at_play_asks_nobody(process: Process) -> None:
    process.drawn = [0.1]
    answer = process.ask(authorization="hush")
    assert (answer.result, answer.early_refresh, process.queue.requests) == ("hit", False, [])


def test_without_a_queue_a_hit_is_a_hit(process: Process) -> None:
    process.world.gateway = replace(process.world.gateway, refreshes=None)
    process.drawn = [0.1]
    answer = process.ask()
    assert (answer.result, answer.early_refresh, process.drawn) == ("hit", False, [0.1])


def test_a_queue_that_fails_does_not_spoil_the_hit(process: Process) -> None:
    class Failing(MemoryRefreshQueue):
        def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
            raise StoreUnavailable(f"SendMessage for {request.route}: no connection")

    process.world.gateway = replace(process.world.gateway, refreshes=RefreshRequests(Failing(), draw=process.next_draw))
    process.drawn = [0.1]
    answer = process.ask()
    assert (answer.response.body, answer.result, answer.early_refresh) == (b"old", "hit", False)
    assert status_of(answer) == "brine; hit; ttl=1; detail=queue-unavailable"


@dataclass(frozen=True)
class Played:
    """The result of a simulation: how often a client waited for the origin, and how often the origin was asked."""

    waits: int
    fetches: int


def play(beta: float, *, seed: int, minutes: int = 10, rate: int = 25) -> Played:
    """A key with responses that are fresh for a minute, asked for `rate` times a second of one of three processes.

    The refresher receives a message after a tenth of a second. Its fetch ends two seconds later: only then do the
    processes see the new response.
    """
    pickup, took = 0.1, 2.0
    draw = random.Random(seed)  # noqa: S311 - draws that are the same in every run
    first = Process(World({TARGET: response(200, b"x", etag='"1"')}), draw=draw.random, took=took, beta=beta)
    processes = [first, first.another(), first.another()]
    first.ask()
    began = first.world.now
    under_way: list[tuple[float, RefreshRequest]] = []
    waits = 0
    for step in range(minutes * 60 * rate):
        now = began + (step + draw.random()) / rate
        while under_way and under_way[0][0] + took <= now:
            picked_up, request = under_way.pop(0)
            first.world.now = picked_up
            assert first.refresh(request).outcome in {"refreshed", "fresh"}
        process = draw.choice(processes)
        process.world.now = now
        waits += process.ask().result != "hit"
        under_way += [(now + pickup, request) for request in first.queue.requests]
        first.queue.requests.clear()
    return Played(waits, len(first.world.fetched))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hot_key_never_becomes_stale_and_is_fetched_once_a_lifetime(seed: int) -> None:
    played = play(beta=1.0, seed=seed)
    assert played.waits == 0
    assert 10 <= played.fetches <= 13


@pytest.mark.slow
def test_without_early_refresh_somebody_waits_each_time() -> None:
    played = play(beta=0.0, seed=1)
    assert played.waits == played.fetches - 1 >= 9
