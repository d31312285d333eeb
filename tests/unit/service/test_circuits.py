"""The circuit breaker, whole: what opens a circuit, who is not asked then, who probes, and what others know of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.circuits_memory import MemoryCircuitStore
from brine.adapters.memory import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.adapters.origin_memory import MemoryOrigin
from brine.domain.cache_key import cache_key
from brine.domain.circuit import KEPT
from brine.domain.messages import Request
from brine.domain.refresh import RefreshRequest
from brine.errors import (
    BadRequest,
    OriginMalformed,
    OriginTimeout,
    OriginTooLarge,
    OriginUnreachable,
    StoreThrottled,
    StoreUnavailable,
)
from brine.ports import Deadline
from brine.service.circuits import READ_PAUSE
from brine.service.refresh import Refresher
from tests.unit.service.world import World, response, status_of

if TYPE_CHECKING:
    from brine.adapters.origin_memory import Outcome
    from brine.domain.messages import Response
    from brine.domain.origin import OriginAddress
    from brine.ports import Claim
    from brine.service.answer import Answer

DOWN = OriginUnreachable("refused")
OK = response(cache_control="max-age=60")
PLACE = "/fragile/x"  # three failures in a row, open for ten seconds, no retries


class Counting(MemoryCircuitStore):
    """A store that notes each call, and fails while it has an error."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.error: StoreThrottled | StoreUnavailable | None = None

    def note(self, call: str) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def read(self, origin: OriginAddress) -> float | None:
        self.note("read")
        return super().read(origin)

    def open(self, origin: OriginAddress, *, until: float) -> None:
        self.note("open")
        super().open(origin, until=until)

    def claim(self, origin: OriginAddress, *, owner: str, now: float, until: float) -> Claim:
        self.note("claim")
        return super().claim(origin, owner=owner, now=now, until=until)

    def close(self, origin: OriginAddress, *, owner: str) -> None:
        self.note("close")
        super().close(origin, owner=owner)


class Fleet:
    """Processes that share the table, the circuits and an origin which does what `outcome` says."""

    def __init__(self, size: int = 1) -> None:
        self.circuits = Counting()
        self.outcome: Outcome = DOWN
        self.origin = MemoryOrigin(lambda _address, _request: self.outcome)
        items = MemoryItemStore()
        leases, stamps = MemoryLeaseStore(items), MemoryStampStore(items)
        self.processes = [World(items=items, leases=leases, stamps=stamps, circuits=self.circuits) for _ in range(size)]
        for world in self.processes:
            world.origin = self.origin
            world.restart()

    def pass_time(self, seconds: float) -> None:
        for world in self.processes:
            world.now += seconds

    def ask(self, process: int = 0, path: str = PLACE, method: str = "GET") -> Answer:
        return self.processes[process].ask(path, method)

    def break_down(self) -> None:
        """The first process opens the circuit."""
        self.outcome = DOWN
        for _ in range(3):
            assert self.ask().problem == "origin-unreachable"

    @property
    def asked(self) -> int:
        """How often the origin was asked since the last time."""
        asked = len(self.origin.requests)
        self.origin.requests.clear()
        return asked


def test_a_healthy_origin_costs_no_call() -> None:
    fleet = Fleet()
    fleet.outcome = OK
    for number in range(10):
        fleet.ask(path=f"/fragile/{number}")
    assert (fleet.asked, fleet.circuits.calls) == (10, [])


def test_failures_in_a_row_open_the_circuit_and_nobody_asks() -> None:
    fleet = Fleet()
    fleet.break_down()
    answer = fleet.ask()
    assert (answer.response.status, answer.problem, fleet.asked) == (503, "origin-circuit-open", 3)
    assert answer.response.fields.get("retry-after") == "10"
    assert status_of(answer) == "brine; detail=origin-circuit-open"
    assert [str(fault) for fault in answer.faults] == ["origin-circuit-open"]
    assert answer.origin_time is None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whatever_the_request(method: str) -> None:
    fleet = Fleet()
    for _ in range(3):
        assert fleet.ask(0, PLACE, method).problem == "origin-unreachable"
    assert fleet.ask(0, PLACE, method).problem == "origin-circuit-open"


@pytest.mark.parametrize(
    ("outcome", "opens"),
    [
        (OriginMalformed("cut short"), True),
        (OriginTimeout("late"), True),
        (response(502), True),
        (response(503), True),
        (response(500), False),
        (response(501), False),
        (response(404), False),
        (OriginTooLarge("large"), False),
        (BadRequest("a header field"), False),
    ],
)
def test_what_counts_as_failure(outcome: Outcome, opens: bool) -> None:
    fleet = Fleet()
    fleet.outcome = outcome
    for _ in range(10):
        fleet.ask()
    assert fleet.asked == (3 if opens else 10)


def test_a_success_between_begins_the_count_anew() -> None:
    fleet = Fleet()
    for outcome in (DOWN, DOWN, response(500), DOWN, DOWN, response(), DOWN):
        fleet.outcome = outcome
        fleet.ask()
    assert fleet.asked == 7
    assert "open" not in fleet.circuits.calls


@pytest.mark.parametrize(("seconds", "opens"), [(3, False), (10, True)])
def test_a_timeout_counts_only_where_the_origin_had_a_fair_time(seconds: float, opens: bool) -> None:
    fleet = Fleet()
    fleet.outcome = OriginTimeout("late")
    world = fleet.processes[0]
    for _ in range(10):
        world.gateway.serve(Request(method="GET", path=PLACE), Deadline(world.now + seconds, lambda: world.now))
    assert fleet.asked == (3 if opens else 10)


def test_routes_to_one_origin_share_its_circuit_and_others_have_their_own() -> None:
    fleet = Fleet()
    fleet.break_down()
    problems = {path: fleet.ask(path=path).problem for path in ("/api/x", "/elsewhere/x", "/steady/x")}
    assert problems == {
        "/api/x": "origin-circuit-open",
        "/elsewhere/x": "origin-unreachable",
        "/steady/x": "origin-unreachable",  # has no circuit breaker
    }


def test_stale_is_served_where_nobody_asks() -> None:
    fleet = Fleet()
    fleet.outcome = OK
    fleet.ask()
    fleet.pass_time(61)
    fleet.outcome = DOWN
    for _ in range(3):
        assert status_of(fleet.ask()) == "brine; fwd=stale; ttl=-1; detail=origin-unreachable"
    assert fleet.asked == 4
    answer = fleet.ask()
    assert (answer.result, answer.response.body, fleet.asked) == ("stale", b"hello", 0)
    assert status_of(answer) == "brine; hit; ttl=-1; detail=origin-circuit-open"


def test_a_retry_ends_where_the_circuit_opens() -> None:
    fleet = Fleet()
    fleet.outcome = response(503)
    answers = [fleet.ask(path="/twice/x") for _ in range(3)]  # opens after five failures
    assert [(answer.response.status, answer.problem, answer.retries) for answer in answers] == [
        (503, None, 2),
        (503, None, 1),
        (503, "origin-circuit-open", 0),
    ]
    assert fleet.asked == 5


def test_another_process_learns_of_it_by_its_first_failure() -> None:
    fleet = Fleet(2)
    fleet.break_down()
    fleet.circuits.calls.clear()
    assert fleet.ask(1).problem == "origin-unreachable"
    assert fleet.circuits.calls == []
    assert fleet.ask(1).problem == "origin-circuit-open"
    assert fleet.circuits.calls == ["read"]
    for _ in range(5):
        fleet.ask(1)
    assert (fleet.circuits.calls, fleet.asked) == (["read"], 4)
    fleet.pass_time(READ_PAUSE)
    for _ in range(5):
        fleet.ask(1)
    assert (fleet.circuits.calls, fleet.asked) == (["read"] * 2, 0)


def test_a_probe_that_succeeds_closes_the_circuit_for_all() -> None:
    fleet = Fleet(2)
    fleet.break_down()
    fleet.ask(1)
    fleet.ask(1)
    fleet.circuits.calls.clear()
    fleet.outcome = OK
    fleet.pass_time(10)
    assert fleet.ask(0).result == "miss"
    assert fleet.circuits.calls == ["read", "claim", "close"]
    assert fleet.circuits.circuits == {}
    assert fleet.ask(1, "/fragile/y").result == "miss"
    assert fleet.circuits.calls == ["read", "claim", "close", "read"]
    fleet.pass_time(READ_PAUSE)
    assert [fleet.ask(process, "/fragile/z").result for process in (0, 1)] == ["miss", "hit"]
    assert fleet.circuits.calls == ["read", "claim", "close", "read"], "nobody is suspicious any more"


def test_a_probe_that_fails_opens_it_again() -> None:
    fleet = Fleet(2)
    fleet.break_down()
    fleet.pass_time(10)
    assert fleet.asked == 3
    assert [fleet.ask(0).problem, fleet.ask(0).problem] == ["origin-unreachable", "origin-circuit-open"]
    fleet.pass_time(9)
    assert fleet.ask(0).problem == "origin-circuit-open"
    assert fleet.asked == 1


def test_a_probe_that_was_never_sent_is_left_to_the_next_request() -> None:
    fleet = Fleet()
    fleet.break_down()
    fleet.pass_time(10)
    fleet.outcome = BadRequest("a header field cannot be written")
    assert fleet.ask().problem == "request-invalid"
    fleet.outcome = OK
    assert fleet.ask().result == "miss"
    assert fleet.circuits.circuits == {}


def test_a_probe_that_had_no_time_is_left_to_the_next_request() -> None:
    fleet = Fleet()
    fleet.break_down()
    fleet.pass_time(10)
    world = fleet.processes[0]
    fleet.outcome = OriginTimeout("late")
    request = Request(method="GET", path=PLACE)
    answer = world.gateway.serve(request, Deadline(world.now + 3, lambda: world.now))
    assert answer.problem == "origin-timeout"
    fleet.outcome = DOWN
    assert fleet.ask().problem == "origin-unreachable"
    assert fleet.ask().problem == "origin-circuit-open"
    assert fleet.circuits.calls[-6:] == ["open", "read", "claim", "open", "claim", "open"]


def test_who_dies_probing_is_succeeded() -> None:
    fleet = Fleet()
    fleet.break_down()
    fleet.pass_time(10)
    now, address = fleet.processes[0].now, fleet.origin.requests[0][0]
    assert fleet.circuits.claim(address, owner="dead", now=now, until=now + 22) == "taken"
    fleet.outcome = OK
    fleet.pass_time(READ_PAUSE)
    assert fleet.ask().problem == "origin-circuit-open"
    fleet.pass_time(20)
    assert fleet.ask().result == "miss"


def test_a_circuit_that_nobody_probed_for_long_counts_as_closed() -> None:
    fleet = Fleet()
    fleet.break_down()
    fleet.pass_time(10 + KEPT)
    fleet.circuits.calls.clear()
    assert [fleet.ask().problem for _ in range(3)] == ["origin-unreachable"] * 3
    assert "claim" not in fleet.circuits.calls


@pytest.mark.parametrize("error", [StoreThrottled("GetItem"), StoreUnavailable("GetItem")])
def test_a_store_that_fails_leaves_circuits_closed(error: StoreThrottled | StoreUnavailable) -> None:
    fleet = Fleet(2)
    fleet.break_down()
    fleet.ask(1)
    fleet.circuits.error = error
    fleet.outcome = OK
    answer = fleet.ask(1)
    assert (answer.result, answer.stored) == ("miss", True)
    what = "throttled" if isinstance(error, StoreThrottled) else "unavailable"
    assert [str(fault) for fault in answer.faults] == [f"circuits-{what}"]


def test_what_a_process_saw_itself_needs_no_store() -> None:
    fleet = Fleet()
    fleet.circuits.error = StoreUnavailable("PutItem")
    fleet.break_down()
    for _ in range(3):
        fleet.pass_time(3)
        assert fleet.ask().problem == "origin-circuit-open"
    fleet.pass_time(1)
    fleet.outcome = OK
    assert fleet.ask().result == "miss"


def test_a_store_that_fails_is_not_asked_again_at_once() -> None:
    fleet = Fleet()
    fleet.outcome = DOWN
    fleet.ask()
    fleet.circuits.error = StoreUnavailable("GetItem")
    for _ in range(4):  # of which the third failure opens it here
        fleet.ask()
    assert fleet.circuits.calls == ["read", "open"]


def test_the_refresher_heeds_it_and_leaves_the_refresh_for_later() -> None:
    fleet = Fleet()
    world = fleet.processes[0]
    fleet.outcome = response(cache_control="max-age=10, stale-while-revalidate=600")
    assert fleet.ask().stored
    fleet.pass_time(20)
    fleet.outcome = DOWN
    (route,) = (route for route in world.gateway.routes if route.name == "fragile")
    key = cache_key(tenant="", route=route, method="GET", target="/x")
    request = RefreshRequest(route="fragile", target="/x", key=key)
    refresher = Refresher(world.gateway)
    made = [refresher.refresh(request, Deadline(world.now + 29, lambda: world.now)) for _ in range(4)]
    assert [refresh.outcome for refresh in made] == ["failed"] * 4
    assert [str(fault) for fault in made[3].faults] == ["origin-circuit-open"]
    assert fleet.asked == 4


class Gathering(MemoryOrigin):
    """An origin whose answer waits until `others` have been told that the circuit is open."""

    def __init__(self, others: int) -> None:
        super().__init__({"/x": OK})
        self._others = others
        self._lock = threading.Lock()
        self.refused = 0
        self.all_refused = threading.Event()

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        assert self.all_refused.wait(10)
        return super().fetch(origin, request, deadline)

    def count_refusal(self) -> None:
        with self._lock:
            self.refused += 1
            if self.refused == self._others:
                self.all_refused.set()


@pytest.mark.parametrize("size", [1, 12])
def test_one_probe_goes_out_whoever_asks_at_once(size: int) -> None:
    """Thirty-six threads, all in one process, and three in each of twelve."""
    threads = 36
    for _ in range(20):
        fleet = Fleet(size)
        fleet.break_down()
        for process in range(1, size):
            fleet.ask(process)
            fleet.ask(process)
        fleet.pass_time(10)
        origin = Gathering(threads - 1)
        for world in fleet.processes:
            world.gateway = replace(world.gateway, origin=origin)
        start = threading.Barrier(threads)

        def crowd(
            number: int, fleet: Fleet = fleet, origin: Gathering = origin, start: threading.Barrier = start
        ) -> str:
            start.wait(10)
            answer = fleet.ask(number % size, PLACE, "POST")
            if answer.problem == "origin-circuit-open":
                origin.count_refusal()
            return answer.problem or answer.result

        with ThreadPoolExecutor(threads) as pool:
            answers = sorted(pool.map(crowd, range(threads)))
        assert answers == ["origin-circuit-open"] * (threads - 1) + ["pass"]
        assert len(origin.requests) == 1
