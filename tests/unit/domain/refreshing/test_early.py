"""XFetch: which hits ask for a refresh before their response is stale."""

from __future__ import annotations

import random
from dataclasses import replace
from math import exp
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.refreshing.early import is_early_refresh_due
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, date, stored_response

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

ONE = Policy(freshness_lifetime=60, negative_lifetimes={404: 10}, early_refresh=1.0)
DRAWN = st.floats(0, 1, exclude_max=True)
TOOK = st.floats(0.001, 30)
SURE = 1e-300
"""As good as the lowest draw, which would ask at any time."""


@given(DRAWN, TOOK, st.floats(0, 100), st.floats(0, 100))
def test_a_refresh_due_at_one_time_is_due_later_too(drawn: float, took: float, one: float, other: float) -> None:
    stored = stored_response(delay=took)
    earlier, later = sorted((one, other))
    if is_early_refresh_due(stored, ONE, START + earlier, drawn) and later + took < 59.999:
        assert is_early_refresh_due(stored, ONE, START + later, drawn)


@given(DRAWN, DRAWN, TOOK, st.floats(0, 59))
def test_a_lower_draw_asks_whenever_a_higher_one_does(one: float, other: float, took: float, age: float) -> None:
    stored = stored_response(delay=took)
    lower, higher = sorted((one, other))
    if is_early_refresh_due(stored, ONE, START + age, higher):
        assert is_early_refresh_due(stored, ONE, START + age, lower)


@given(DRAWN, TOOK, TOOK, st.floats(0, 29))
def test_a_slow_response_is_refreshed_earlier(drawn: float, one: float, other: float, age: float) -> None:
    quick, slow = sorted((one, other))
    if is_early_refresh_due(stored_response(delay=quick), ONE, START + age, drawn):
        assert is_early_refresh_due(stored_response(delay=slow), ONE, START + age, drawn)


@pytest.mark.parametrize(("beta", "remaining"), [(1.0, 0.5), (1.0, 2.0), (1.0, 6.0), (0.5, 1.0), (3.0, 6.0)])
def test_so_many_hits_ask(beta: float, remaining: float) -> None:
    """The share from the paper, for a fetch of 2 s, at so many seconds before the end."""
    stored, policy = stored_response(delay=2.0), replace(ONE, early_refresh=beta)
    draw = random.Random(1)  # noqa: S311 - draws that are the same in every run
    now = START + 60 - 2.0 - remaining
    asking = sum(is_early_refresh_due(stored, policy, now, draw.random()) for _ in range(20_000))
    assert asking / 20_000 == pytest.approx(exp(-remaining / (2.0 * beta)), abs=0.012)


@given(DRAWN, TOOK, st.floats(0, 1000))
def test_nothing_that_is_stale_is_due_early(drawn: float, took: float, overdue: float) -> None:
    assert not is_early_refresh_due(stored_response(delay=took), ONE, START + 60 + overdue, drawn)


@given(DRAWN, TOOK, st.floats(-5, 60), st.floats(0, 60))
def test_nor_is_what_a_soft_purge_made_stale(drawn: float, took: float, purged: float, later: float) -> None:
    stored = replace(stored_response(delay=took), stale_from=START + purged)
    assert not is_early_refresh_due(stored, ONE, START + later, drawn)


def test_at_its_end_everybody_asks() -> None:
    assert is_early_refresh_due(stored_response(delay=1.0), ONE, START + 59 - 1e-6, 1 - 1e-5)


@pytest.mark.parametrize(
    ("headers", "status", "policy", "is_due"),
    [
        ([], 200, ONE, True),
        ([], 404, ONE, True),
        ([("Cache-Control", "public")], 200, ONE, True),
        ([("Cache-Control", "max-age=10")], 200, ONE, False),
        ([("CDN-Cache-Control", "max-age=10")], 200, ONE, False),
        ([("Expires", date(10))], 200, ONE, False),
        ([("Last-Modified", date(-86_400))], 200, Policy(early_refresh=1.0), False),
        ([], 200, replace(ONE, early_refresh=0.0), False),
    ],
    ids=["route", "negative", "public", "max-age", "targeted", "expires", "heuristic", "off"],
)
def test_it_is_for_lifetimes_that_the_route_gives(
    headers: list[Header], status: int, policy: Policy, is_due: bool
) -> None:
    stored = stored_response(*headers, status=status, delay=2.0)
    assert is_early_refresh_due(stored, policy, START + 7, SURE) is is_due


@pytest.mark.parametrize("took", [0.0, -3.0])
def test_a_response_without_delay_is_not_refreshed_early(took: float) -> None:
    assert not is_early_refresh_due(stored_response(delay=took), ONE, START + 59.9, SURE)
