"""Half-open circuits: which environment probes, how the other ones answer meanwhile, and probes without a result."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.http.messages import Request
from brine.domain.resilience.circuit import PROBE_WINDOW
from brine.errors import (
    BadRequest,
    OriginTimeout,
)
from brine.ports.deadline import Deadline
from brine.service.origins.circuits import READ_PAUSE
from tests.support.gateway.world import with_origin
from tests.unit.service.origins.fleet import DOWN, OK, PLACE, Fleet

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.domain.routing.origin import OriginAddress


def test_probes_that_succeed_close_the_circuit_for_all() -> None:
    fleet = Fleet(2)
    fleet.break_down()
    fleet.ask(1)
    fleet.ask(1)
    fleet.circuits.calls.clear()
    fleet.outcome = OK
    fleet.pass_time(10)
    assert [fleet.ask(0, f"/fragile/{number}").result for number in range(7)] == ["miss"] * 7
    assert fleet.circuits.calls == ["read"] + ["claim", "succeed"] * 7
    assert fleet.circuits.circuits == {}
    assert fleet.ask(1, "/fragile/y").result == "miss"
    assert fleet.circuits.calls[15:] == ["read"]
    fleet.pass_time(READ_PAUSE)
    assert [fleet.ask(process, "/fragile/z").result for process in (0, 1)] == ["miss", "hit"]
    assert fleet.circuits.calls[15:] == ["read"], "nobody is suspicious any more"


def test_the_probes_of_a_stage_are_shared_by_all_processes() -> None:
    fleet = Fleet(3)
    fleet.break_down()
    for process in (1, 2):
        fleet.ask(process)
        fleet.ask(process)
    fleet.pass_time(10)
    fleet.outcome = OK
    assert fleet.ask(0, "/fragile/0").result == "miss"
    assert [fleet.ask(process, f"/fragile/{process}").result for process in (1, 2)] == ["miss"] * 2
    (circuit,) = fleet.circuits.circuits.values()
    assert circuit.stage == 4


def test_a_later_probe_that_fails_opens_the_circuit_again() -> None:
    fleet = Fleet()
    fleet.break_down()
    fleet.pass_time(10)
    fleet.outcome = OK
    for number in range(3):
        assert fleet.ask(path=f"/fragile/{number}").result == "miss"
    fleet.outcome = DOWN
    assert [fleet.ask(path="/fragile/x").problem for _ in range(2)] == ["origin-unreachable", "origin-circuit-open"]
    fleet.pass_time(10)
    fleet.outcome = OK
    fleet.ask(path="/fragile/y")
    (circuit,) = fleet.circuits.circuits.values()
    assert circuit.stage == 2  # from the first stage on


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
    (circuit,) = fleet.circuits.circuits.values()
    assert circuit.stage == 2


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
    assert fleet.circuits.calls[-6:] == ["open", "read", "claim", "give back", "claim", "open"]


def test_another_environment_probes_after_a_prober_dies() -> None:
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
    fleet.pass_time(10 + PROBE_WINDOW)
    fleet.circuits.calls.clear()
    assert [fleet.ask().problem for _ in range(3)] == ["origin-unreachable"] * 3
    assert "claim" not in fleet.circuits.calls


class Gathering(MemoryOrigin):
    """An origin that waits with its answer until as many clients as `others` says learned that the circuit is open."""

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


@pytest.mark.slow
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
            world.gateway = with_origin(world.gateway, origin)
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
