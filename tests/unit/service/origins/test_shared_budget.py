"""A budget in the hands of several processes: never more than it, most of it used, and few calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.domain.resilience.budget import SLOTS, OriginBudget
from brine.domain.resilience.budget_plan import MOST_SLOTS
from tests.unit.service.origins.budget_crowd import START, BudgetCrowd, poisson

if TYPE_CHECKING:
    from collections.abc import Callable

PER_MINUTE = OriginBudget(requests=600, period=60.0)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_time_of_the_length_of_the_period_has_more_requests_than_the_budget(data: st.DataObject) -> None:
    requests = data.draw(st.sampled_from([1, 2, 7, 40, 90, 400]))
    burst = data.draw(st.none() | st.integers(1, requests))
    budget = OriginBudget(requests=requests, period=data.draw(st.sampled_from([1.0, 60.0])), burst=burst)
    crowd = BudgetCrowd(
        budget,
        processes=data.draw(st.integers(1, 9)),
        refreshers=data.draw(st.integers(0, 1)),
        seed=data.draw(st.integers()),
    )
    gaps = st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.7, 3.0])
    for _ in range(data.draw(st.integers(1, 12))):  # phases of a demand that moves between processes
        processes = data.draw(st.lists(st.integers(0, crowd.processes - 1), min_size=1, max_size=4))
        gap = data.draw(gaps) * budget.interval * 5
        for number in range(data.draw(st.integers(1, 200))):
            crowd.now += gap * crowd.random.uniform(0.5, 1.5)
            crowd.ask(processes[number % len(processes)])
    assert crowd.most_in(budget.period) <= budget.requests
    assert crowd.most_in(budget.period, lambda one: crowd.allowances[one].is_refresh) <= budget.refresh_requests
    assert budget.burst is None or crowd.largest_burst() <= budget.burst + 1e-6
    assert len(crowd.ledger.requests.slots) <= MOST_SLOTS + SLOTS // 2


def at_random(crowd: BudgetCrowd) -> Callable[[float], int]:
    return lambda _: crowd.random.randrange(crowd.processes)


def in_turn(seconds: float) -> Callable[[float], int]:
    """All requests come to one process for so many seconds, then to the next one."""
    return lambda time: int(time / seconds) % 8


@pytest.mark.parametrize(
    ("rate", "turn", "least", "calls"),
    [(20, None, 0.95, 0.1), (12, None, 0.9, 0.13), (20, 5.0, 0.9, 0.05), (20, 1.0, 0.95, 0.1)],
)
def test_most_of_the_budget_is_used_wherever_the_demand_is(
    rate: float, turn: float | None, least: float, calls: float
) -> None:
    crowd = BudgetCrowd(PER_MINUTE)
    crowd.run(poisson(crowd.random, 300, rate, at_random(crowd) if turn is None else in_turn(turn)))
    assert crowd.most_in(60) <= 600
    assert crowd.used(60, 300) >= least
    assert crowd.calls / crowd.asked <= calls


def test_all_of_it_is_used_by_processes_that_ask_all_the_time() -> None:
    crowd = BudgetCrowd(PER_MINUTE)
    crowd.run_greedily(300, busy=0.06, idle=0.02)
    assert 0.99 <= crowd.used(60, 300) <= 1.01
    assert crowd.calls / len(crowd.sent) <= 0.1
    assert crowd.calls / crowd.asked <= 0.01


@pytest.mark.parametrize(
    ("requests", "rate", "processes", "most"),
    [(6000, 60, 8, 0.02), (6000, 200, 8, 0.03), (600, 6, 3, 0.1), (600, 6, 1, 0.08)],
)
def test_a_call_reserves_many_requests_for_a_process_that_sends_many(
    requests: int, rate: float, processes: int, most: float
) -> None:
    crowd = BudgetCrowd(OriginBudget(requests=requests, period=60.0), processes=processes)
    crowd.run(poisson(crowd.random, 240, rate, at_random(crowd)))
    assert crowd.calls / len(crowd.sent) <= most


def test_one_request_is_one_call_and_keeps_nothing_for_later() -> None:
    crowd = BudgetCrowd(PER_MINUTE)
    for number in range(8):
        assert crowd.ask(number)
    assert (crowd.calls, crowd.ledger.requests.total) == (8, 8)


def test_the_whole_budget_may_be_used_at_once() -> None:
    crowd = BudgetCrowd(OriginBudget(requests=100, period=60.0), processes=1)
    crowd.run((number / 1000, 0) for number in range(150))
    assert len(crowd.sent) == 100


def test_a_burst_is_the_most_at_once_and_the_rate_goes_on_after_it() -> None:
    crowd = BudgetCrowd(OriginBudget(requests=600, period=60.0, burst=50), processes=1)
    crowd.run((number / 1000, 0) for number in range(150))
    assert 30 <= len(crowd.sent) <= 51
    crowd = BudgetCrowd(OriginBudget(requests=600, period=60.0, burst=50))
    crowd.run(poisson(crowd.random, 240, 20, at_random(crowd)))
    assert crowd.largest_burst() <= 50
    assert crowd.used(60, 240) >= 0.9


def test_permits_that_processes_kept_do_not_add_up_to_a_larger_burst() -> None:
    budget = OriginBudget(requests=600, period=60.0, burst=60)
    crowd = BudgetCrowd(budget, processes=4)
    for second in range(1, 8):
        crowd.run((second * 5 + number * 0.1, number % 4) for number in range(24))  # all of them keep some
        crowd.run((second * 5 + 2.5 + number * 0.001, number % 4) for number in range(200))
    assert 30 <= crowd.largest_burst() <= 60


def test_refreshes_take_no_more_than_their_share_and_clients_use_the_rest() -> None:
    crowd = BudgetCrowd(PER_MINUTE, processes=8, refreshers=4)
    crowd.run(poisson(crowd.random, 300, 40, at_random(crowd)))
    refreshes = crowd.most_in(60, lambda one: one >= 4)
    assert 100 <= refreshes <= 120
    assert crowd.used(60, 300) >= 0.9


def test_clients_leave_refreshes_their_share_once_there_are_some() -> None:
    crowd = BudgetCrowd(PER_MINUTE, processes=5, refreshers=1)
    only_clients = poisson(crowd.random, 120, 40, lambda _: crowd.random.randrange(4))
    crowd.run(only_clients)
    assert crowd.used(0, 60) >= 0.95
    both = poisson(crowd.random, 240, 40, lambda _: crowd.random.choice([0, 1, 2, 3, 4]))
    crowd.run((120 + time, process) for time, process in both)
    late = [time for time in crowd.times(lambda one: one == 4) if time > START + 240]
    assert len(late) / 2 >= 0.8 * 120


def test_a_process_that_stops_gives_the_budget_free_after_a_time() -> None:
    crowd = BudgetCrowd(OriginBudget(requests=80, period=60.0), processes=2)
    crowd.run((number / 10, 0) for number in range(10))
    unused = crowd.ledger.requests.total - len(crowd.sent)
    assert unused <= 2  # a thirtieth of the budget
    crowd.now += 120
    assert [crowd.ask(1) for _ in range(80)] == [True] * 80
