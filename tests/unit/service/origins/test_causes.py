"""Why an origin gave no response: in the answer for the log, and on an emulator in the problem too."""

from __future__ import annotations

import json

import pytest

from brine.errors import OriginError, OriginTimeout, OriginUnreachable
from brine.service.flights.turns import Failure
from tests.support.gateway.world import World, response, with_fetcher

DEAD = OriginUnreachable("origin.test: connection refused", "refused")


def test_the_answer_has_the_cause_but_the_client_does_not_see_it() -> None:
    answer = World({"/base/x": DEAD}).ask()

    assert answer.cause == "refused"
    assert b"refused" not in answer.response.body


def test_on_an_emulator_the_problem_has_the_cause() -> None:
    world = World({"/base/x": DEAD})
    world.gateway = with_fetcher(world.gateway, shows_causes=True)

    assert json.loads(world.ask().response.body)["detail"] == "refused"


def test_a_stale_answer_in_place_of_an_error_has_the_cause_too() -> None:
    world = World({"/x": response(cache_control="max-age=1")})
    world.ask("/open/x")
    world.outcomes["/x"] = OriginTimeout("late", "timeout after 20 s")
    world.pass_time(10)

    answer = world.ask("/open/x")

    assert (answer.result, answer.cause) == ("stale", "timeout after 20 s")


def test_an_open_circuit_says_for_how_long() -> None:
    world = World({"/x": DEAD})
    for number in range(10):
        world.outcomes[f"/{number}"] = DEAD
        world.ask(f"/fragile/{number}")

    assert world.ask("/fragile/x").cause == "no request for 10 s"


def test_an_answer_of_the_origin_has_no_cause() -> None:
    assert World({"/base/x": response(503)}).ask().cause is None


@pytest.mark.parametrize(
    "failure",
    [
        Failure("origin-timeout"),
        Failure("origin-timeout", cause="timeout after 20 s"),
        Failure("origin-circuit-open", retry_at=12.5),
        Failure("origin-circuit-open", retry_at=12.5, cause="no request for 3 s"),
    ],
)
def test_callers_in_other_environments_learn_the_cause_through_the_lease(failure: Failure) -> None:
    assert Failure.of_lease(failure.for_lease()) == failure


def test_an_error_without_a_cause_has_none() -> None:
    assert OriginError("it failed").cause is None
