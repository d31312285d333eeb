"""One successor: how often a key is fetched when fetches fail, hang or die, in random orders of the callers' steps."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from brine.service.flights.leasing import LEASE_SECONDS
from brine.service.flights.turns import GiveUp
from tests.unit.service.flights.callers import SECONDS, Callers

if TYPE_CHECKING:
    from tests.unit.service.flights.callers import Fate

SEEDS = range(10)


def crowd(seed: int, *fates: Fate, count: int = 12, processes: int = 3, wait: float = 28.0) -> Callers:
    """The end of a crowd of callers that come at once; the last fate is that of all further fetches, too."""
    callers = Callers(
        random=Random(seed),  # noqa: S311 - no secret
        fate=lambda number: fates[min(number, len(fates) - 1)],
        processes=processes,
    )
    for number in range(count):
        callers.come(number % processes, wait)
    callers.run()
    late = [caller for caller in callers.waiting if caller.ended_at > caller.wait + SECONDS + 1]
    assert late == [], "a caller waited longer than it can, or than a fetch takes that it began in time"
    return callers


def ends(callers: Callers) -> dict[str | None, int]:
    return dict(Counter(caller.end for caller in callers.waiting))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crowd_makes_one_fetch(seed: int) -> None:
    assert ends(crowd(seed, "stored")) == {"fetched": 1, "stored": 11}


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_fetch_that_failed_one_caller_takes_over(seed: int) -> None:
    assert ends(crowd(seed, "failed", "stored")) == {"fetched": 2, "stored": 10}


@pytest.mark.parametrize("seed", SEEDS)
def test_after_two_fetches_that_failed_no_caller_fetches(seed: int) -> None:
    callers = crowd(seed, "failed")
    assert ends(callers) == {"fetched": 2, "gave up": 10}
    gave_up = [caller.turn for caller in callers.waiting if caller.end == "gave up"]
    assert {turn.failure.kind for turn in gave_up if isinstance(turn, GiveUp) and turn.failure} == {"origin-timeout"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_silent_origin_gets_one_request_at_a_time(seed: int) -> None:
    callers = crowd(seed, "silent", count=50, processes=4)
    assert ends(callers) == {"fetched": 2, "gave up": 48}
    first, second = callers.fetches
    assert second - first >= SECONDS
    assert all(caller.ended_at <= callers.fetches[0] + 2 * SECONDS + 1 for caller in callers.waiting)


@pytest.mark.parametrize("seed", SEEDS)
def test_when_their_time_is_over_callers_give_up_and_do_not_fetch(seed: int) -> None:
    callers = crowd(seed, "silent", wait=4.0)
    assert ends(callers) == {"fetched": 1, "gave up": 11}
    assert all(caller.turn == GiveUp() for caller in callers.waiting if caller.end == "gave up")
    assert all(caller.ended_at == caller.wait for caller in callers.waiting if caller.end == "gave up")


@pytest.mark.parametrize("seed", SEEDS)
def test_when_the_holder_was_killed_one_caller_takes_over_within_the_time_of_a_lease(seed: int) -> None:
    callers = crowd(seed, "killed", "stored")
    assert ends(callers) == {"killed": 4, "fetched": 1, "stored": 7}
    first, second = callers.fetches
    assert LEASE_SECONDS <= second - first < LEASE_SECONDS + 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fetch_that_takes_long_keeps_its_lease(seed: int) -> None:
    callers = crowd(seed, "silent", "stored", wait=9.5)
    assert len(callers.fetches) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_fetch_that_was_cancelled_one_caller_takes_over(seed: int) -> None:
    assert ends(crowd(seed, "cancelled", "cancelled", "stored")) == {"fetched": 3, "stored": 9}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_may_not_be_shared_is_fetched_side_by_side(seed: int) -> None:
    callers = crowd(seed, "private", wait=4.0)
    assert ends(callers) == {"fetched": 12}
    assert callers.fetches[-1] - callers.fetches[0] < 2.5, "they wait for each other"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_caller_with_a_stale_response_for_errors_does_not_take_over(seed: int) -> None:
    callers = Callers(random=Random(seed), fate=lambda _: "failed")  # noqa: S311 - no secret
    for number in range(8):
        callers.come(number % 2, 28.0, accepts_failure=True)
    callers.run()
    assert ends(callers) == {"fetched": 1, "gave up": 7}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_caller_without_time_for_a_fetch_leaves_it_to_another(seed: int) -> None:
    callers = Callers(random=Random(seed), fate=lambda number: "stored" if number else "failed")  # noqa: S311 - of a test
    for number in range(8):
        callers.come(number % 2, 28.0, may_take_over=lambda number=number: number > 5)
    callers.run()
    assert len(callers.fetches) == 2
    counts = ends(callers)
    assert counts.pop("fetched") == 2
    assert set(counts) <= {"gave up", "stored"}


FATES: tuple[Fate, ...] = ("stored", "failed", "cancelled", "silent", "killed")


@pytest.mark.parametrize("seed", range(100))
def test_in_any_order_every_caller_comes_to_an_end_and_few_fetch(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - no secret
    fates: list[Fate] = [chance.choice(FATES) for _ in range(40)]
    callers = Callers(random=chance, fate=lambda number: fates[number], processes=4)
    for number in range(16):
        callers.come(number % 4, chance.uniform(1, 28))
    callers.run()
    made = fates[: len(callers.fetches)]
    assert made.count("stored") <= 1 + made.count("killed"), "a response was stored twice"
    assert made.count("failed") + made.count("silent") <= 2, "more than two fetches failed"
    assert all(caller.ended_at <= caller.wait + SECONDS + 0.5 for caller in callers.waiting)
