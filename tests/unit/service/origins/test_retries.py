"""Retries: the number of fetches for one request, the pauses between them, and the purpose of a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.errors import OriginMalformed, OriginTimeout, OriginTooLarge, OriginUnreachable
from brine.service.origins.retry_budget import FLOOR, MOST, SHARE, RetryBudget
from tests.support.gateway.world import START, World, response, status_of

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress

OK = response(cache_control="max-age=60")


class Failing(World):
    """A world with an origin that gives these outcomes in turn, then repeats the last one. `pauses` lists the waits."""

    def __init__(self, *outcomes: Outcome) -> None:
        super().__init__()
        self.pauses: list[float] = []
        turns = list(outcomes)
        self.origin = MemoryOrigin(lambda _address, _request: turns.pop(0) if len(turns) > 1 else turns[0])
        self.restart()

    def pass_time(self, seconds: float) -> None:
        self.pauses.append(seconds)
        super().pass_time(seconds)


@pytest.mark.parametrize(
    "failure",
    [
        OriginUnreachable("refused"),
        OriginMalformed("cut short"),
        OriginTimeout("no connection in time"),
        response(502),
        response(503),
        response(504),
    ],
)
def test_a_failure_that_passes_is_not_seen(failure: Outcome) -> None:
    world = Failing(failure, OK)
    answer = world.ask("/twice/x")
    assert status_of(answer) == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    assert (answer.retries, world.pauses, len(world.fetched)) == (1, [0.1], 2)
    assert answer.origin_time == pytest.approx(0.1)


@pytest.mark.parametrize("failure", [OriginTooLarge("x"), response(500), response(429), response(501), response(404)])
def test_a_permanent_failure_is_not_retried(failure: Outcome) -> None:
    world = Failing(failure, OK)
    assert world.ask("/twice/x").retries == 0
    assert len(world.fetched) == 1


def test_after_so_many_retries_the_last_outcome_counts() -> None:
    world = Failing(response(503), OriginMalformed("cut short"), response(502), OK)
    answer = world.ask("/twice/x")
    assert (answer.response.status, answer.problem, answer.retries) == (502, None, 2)
    assert world.pauses == [0.1, 0.2]


@pytest.mark.parametrize(("path", "asked"), [("/api/x", 2), ("/twice/x", 3), ("/never/x", 1)])
def test_the_route_says_how_many(path: str, asked: int) -> None:
    world = Failing(OriginUnreachable("refused"))
    assert world.ask(path).problem == "origin-unreachable"
    assert len(world.fetched) == asked


@pytest.mark.parametrize(("method", "asked"), [("PUT", 3), ("DELETE", 3), ("OPTIONS", 3), ("POST", 1), ("PATCH", 1)])
def test_only_what_is_idempotent_is_repeated(method: str, asked: int) -> None:
    world = Failing(OriginMalformed("cut short"))
    world.ask("/twice/x", method, b"content")
    assert len(world.fetched) == asked
    assert {request.body for _, request in world.origin.requests} == {b"content"}


@pytest.mark.parametrize(("seconds", "asked"), [(19.3, 2), (19.5, 1)])
def test_there_is_no_retry_without_time_for_it(seconds: float, asked: int) -> None:
    def slow(_address: OriginAddress, _request: Request) -> Outcome:
        world.now += seconds  # of the route's twenty
        return response(503)

    world = World()
    world.origin = MemoryOrigin(slow)
    world.restart()
    assert world.ask().response.status == 503
    assert len(world.fetched) == asked


def test_an_origin_that_asks_for_patience_gets_it_or_is_not_asked_again() -> None:
    patient = Failing(response(503, retry_after="2"), OK)
    assert (patient.ask("/twice/x").response.status, patient.pauses) == (200, [2.1])
    impatient = Failing(response(503, retry_after="120"), OK)
    answer = impatient.ask("/twice/x")
    assert (answer.response.status, answer.response.fields.get("retry-after")) == (503, "120")
    assert impatient.pauses == []


def test_a_stale_response_is_served_only_after_the_retries_failed() -> None:
    world = Failing(OK, OriginUnreachable("refused"))
    assert world.ask("/open/x").stored
    world.now += 61
    answer = world.ask("/open/x")
    assert (answer.result, answer.retries, len(world.fetched)) == ("stale", 1, 3)


def test_a_stale_answer_has_its_age_after_the_wait() -> None:
    world = World()

    def slow(_address: OriginAddress, _request: Request) -> Outcome:
        if not world.origin.requests[1:]:
            return response(cache_control="max-age=10, stale-if-error=25")
        world.now += 12
        return OriginTimeout("no answer in time")

    world.origin = MemoryOrigin(slow)
    world.restart()
    world.ask("/never/x")
    world.now += 15
    answer = world.ask("/never/x")
    assert (answer.result, answer.response.fields.get("age")) == ("stale", "27")
    assert "ttl=-17" in status_of(answer)
    assert world.ask("/never/x").response.status == 504  # its window ended while the origin was waited for


def test_a_dead_origin_is_asked_for_little_more_than_a_living_one() -> None:
    world = Failing(OriginUnreachable("refused"))
    for number in range(100):
        world.ask(f"/steady/{number}")
    assert len(world.fetched) == 100 + FLOOR + 100 * SHARE


def test_the_budget_is_by_origin_and_bounded() -> None:
    world = World()
    one, other = (world.gateway.routes.match(path) for path in ("/api", "/elsewhere"))
    assert one is not None
    assert other is not None
    budget = RetryBudget()
    for _ in range(1000):
        budget.request(one.origin)
    assert [budget.retry(one.origin) for _ in range(int(MOST) + 1)] == [True] * int(MOST) + [False]
    assert [budget.retry(other.origin) for _ in range(int(FLOOR) + 1)] == [True] * int(FLOOR) + [False]
    assert world.now == START
