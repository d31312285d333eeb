"""The circuit breaker from end to end: which failures open a circuit, which requests are not sent then, which
environment probes, and how the other ones learn of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.caching.cache_key import cache_key
from brine.domain.http.messages import Request
from brine.domain.refreshing.request import RefreshRequest
from brine.errors import (
    BadRequest,
    OriginMalformed,
    OriginTimeout,
    OriginTooLarge,
    StoreThrottled,
    StoreUnavailable,
)
from brine.ports.deadline import Deadline
from brine.service.origins.circuits import READ_PAUSE
from tests.support.gateway.world import refresher_of, response, status_of, with_origin
from tests.unit.service.origins.fleet import DOWN, OK, PLACE, Fleet

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.errors import StoreError


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
def test_an_open_circuit_holds_for_every_method(method: str) -> None:
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
def test_outcomes_that_count_as_failures(outcome: Outcome, opens: bool) -> None:
    fleet = Fleet()
    fleet.outcome = outcome
    for number in range(10):
        fleet.ask(path=f"{PLACE}{number}")
    assert fleet.asked == (3 if opens else 10)


@pytest.mark.parametrize("outcome", [OriginMalformed("cut short"), OriginTimeout("late"), response(502), response(504)])
def test_one_url_s_failures_take_no_other_url_away(outcome: Outcome) -> None:
    """Otherwise a client that knows an always failing URL could close the origin for all clients."""
    fleet = Fleet()
    fleet.outcome = outcome
    for number in range(20):
        fleet.ask(path=f"{PLACE}?attempt={number}")
    fleet.outcome = OK
    assert fleet.ask(path="/fragile/other").response.body == b"hello"
    assert "open" not in fleet.circuits.calls


def test_a_success_between_ends_a_streak() -> None:
    fleet = Fleet()
    for outcome in (DOWN, DOWN, response(500), DOWN, DOWN):
        fleet.outcome = outcome
        fleet.ask()
    assert fleet.asked == 5
    assert "open" not in fleet.circuits.calls


def test_a_share_of_failures_opens_the_circuit_though_some_requests_succeed() -> None:
    fleet = Fleet()
    for number in range(20):
        fleet.outcome = OK if number % 2 else response(503)
        fleet.ask(path=f"{PLACE}{number}")
    assert fleet.asked == 7  # of at least six requests, half failed
    assert fleet.ask().problem == "origin-circuit-open"


def test_a_share_that_is_smaller_leaves_it_closed() -> None:
    fleet = Fleet()
    for number in range(40):
        fleet.outcome = OK if number % 3 else response(503)
        fleet.ask(path=f"{PLACE}{number}")
    assert fleet.asked == 40


def test_a_url_that_always_fails_and_is_asked_most_leaves_it_closed() -> None:
    fleet = Fleet()
    for number in range(60):
        fleet.outcome = response(503)
        fleet.ask(path=PLACE)
        fleet.outcome = response(503) if number % 10 == 0 else OK
        fleet.ask(path=f"{PLACE}{number}")
    assert fleet.asked == 120
    assert "open" not in fleet.circuits.calls


@pytest.mark.parametrize(("seconds", "opens"), [(3, False), (10, True)])
def test_a_timeout_counts_only_where_the_origin_had_a_fair_time(seconds: float, opens: bool) -> None:
    fleet = Fleet()
    fleet.outcome = OriginTimeout("late")
    world = fleet.processes[0]
    for number in range(10):
        asked = Request(method="GET", path=f"{PLACE}{number}")
        world.gateway.serve(asked, Deadline(world.now + seconds, lambda: world.now))
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


def test_a_request_with_its_retries_counts_once() -> None:
    fleet = Fleet()
    fleet.outcome = response(503)
    answers = [fleet.ask(path=f"/twice/{number}") for number in range(6)]  # opens after five failures of three URLs
    assert [answer.problem for answer in answers] == [None] * 5 + ["origin-circuit-open"]
    assert fleet.asked == 5 + sum(answer.retries for answer in answers) > 5


def test_a_retry_that_succeeds_is_no_failure() -> None:
    fleet = Fleet()
    turns = [response(503), OK]
    fleet.origin = MemoryOrigin(lambda _address, _request: turns[len(fleet.origin.requests) % 2 - 1])
    fleet.processes[0].gateway = with_origin(fleet.processes[0].gateway, fleet.origin)
    for number in range(20):
        fleet.ask(path=f"/twice/{number}")
        fleet.pass_time(1)
    assert "open" not in fleet.circuits.calls


def test_a_retry_ends_where_the_circuit_opens() -> None:
    fleet = Fleet(2)
    fleet.break_down()
    fleet.outcome = response(503)
    answer = fleet.ask(1, "/twice/x")
    assert (answer.response.status, answer.problem, answer.retries) == (503, None, 0)
    assert fleet.circuits.calls[-1] == "read"


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


@pytest.mark.parametrize("error", [StoreThrottled("GetItem"), StoreUnavailable("GetItem")])
def test_a_store_that_fails_leaves_circuits_closed(error: StoreError) -> None:
    fleet = Fleet(2)
    fleet.break_down()
    fleet.ask(1)
    fleet.circuits.error = error
    fleet.outcome = OK
    answer = fleet.ask(1)
    assert (answer.result, answer.stored) == ("miss", True)
    what = "throttled" if isinstance(error, StoreThrottled) else "unavailable"
    assert [str(fault) for fault in answer.faults] == [f"circuits-{what}"]


def test_a_process_knows_its_own_failures_without_the_store() -> None:
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
    refresher = refresher_of(world.gateway)
    made = [refresher.refresh(request, Deadline(world.now + 29, lambda: world.now)) for _ in range(4)]
    assert [refresh.outcome for refresh in made] == ["failed"] * 4
    assert [str(fault) for fault in made[3].faults] == ["origin-circuit-open"]
    assert fleet.asked == 4
