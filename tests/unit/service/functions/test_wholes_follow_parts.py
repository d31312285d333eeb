"""Random functions, parts, purges, failures and clocks, in two processes: no whole is served that a part forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from tests.support.gateway.part_bugs import PART_BUGS
from tests.support.gateway.wholes import PROCESSES, FunctionPlan, ServerPlan, WholeEvent, Wholes

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

type Plan = tuple[dict[str, ServerPlan], dict[str, FunctionPlan], float, list[WholeEvent]]

CACHE_CONTROL = (
    *(None, "max-age=10", "max-age=40", "max-age=0", "s-maxage=20", "no-cache", "no-store", "private"),
    *("max-age=10, must-revalidate", "max-age=10, stale-while-revalidate=30", "s-maxage=10, stale-while-revalidate=9"),
)
DELTAS = (0.0, 12.0)  # the second is longer than the margin of clocks
SERVERS = ("p0", "p1", "p2")
FUNCTIONS = ("f0", "f1", "f2")
FOCUS: dict[str, tuple[tuple[str | None, ...], tuple[float, ...]]] = {
    "no dependencies": (("max-age=40",), (0.0,)),
    "the greatest freshness": (("max-age=10",), (0.0,)),
    "the whole's own times": (("max-age=40",), (12.0,)),
    "failures ignored": (("max-age=40",), (0.0,)),
    "privacy ignored": (("private", "max-age=40"), (0.0,)),
    "served stale against the parts' will": (("max-age=10, must-revalidate",), (0.0,)),
    "only the route's lifetime": (("max-age=10",), (0.0,)),
    "the age of a part ignored": (("max-age=10",), (0.0,)),
    "only the parts themselves": (("max-age=40",), (0.0,)),
}
"""Where the search for each bug looks: the Cache-Control of the servers, and the purge delta. It is found sooner so."""


@st.composite
def plans(
    draw: DrawFn,
    cache_control: tuple[str | None, ...] = CACHE_CONTROL,
    deltas: tuple[float, ...] = DELTAS,
    names: tuple[str, ...] = SERVERS,
    functions: tuple[str, ...] = FUNCTIONS,
    shortest: int = 4,
) -> Plan:
    """Servers, functions that fetch from them and from the functions before them, the purge delta, and events."""
    return (
        {name: draw(server_plans(cache_control)) for name in names},
        {name: draw(function_plans((*names, *functions[:at]))) for at, name in enumerate(functions)},
        draw(st.sampled_from(deltas)),
        draw(st.lists(whole_events(names, functions), min_size=shortest, max_size=40)),
    )


def server_plans(cache_control: tuple[str | None, ...]) -> SearchStrategy[ServerPlan]:
    return st.builds(
        ServerPlan,
        cache_control=st.sampled_from(cache_control),
        lifetime=st.sampled_from((None, 15, 60)),
        grace=st.sampled_from((0, 30)),
        has_validator=st.booleans(),
        latency=st.sampled_from((0, 0, 1, 3)),
    )


def function_plans(known: tuple[str, ...]) -> SearchStrategy[FunctionPlan]:
    """Functions with one to three parts from the known routes."""
    part = st.tuples(st.sampled_from(known), st.booleans())
    return st.builds(
        FunctionPlan,
        parts=st.lists(part, min_size=1, max_size=3, unique_by=lambda one: one[0]).map(tuple),
        lifetime=st.sampled_from((None, 25, 100)),
        grace=st.sampled_from((0, 20)),
    )


def whole_events(names: tuple[str, ...], functions: tuple[str, ...]) -> SearchStrategy[WholeEvent]:
    process = st.integers(0, PROCESSES - 1)
    purge_kind = st.sampled_from(("url", "tag", "route", "everything"))
    ask = st.tuples(st.just("ask"), process, st.sampled_from((*names, *functions, *functions)))
    return st.one_of(
        ask,
        ask,
        ask,
        st.tuples(st.just("wait"), st.sampled_from((1, 3, 6, 12))),
        st.tuples(st.just("purge"), purge_kind, st.sampled_from((*names, *functions)), st.booleans()),
        st.tuples(st.sampled_from(("fail", "recover", "change")), st.sampled_from(names)),
        st.tuples(st.just("refresh"), process),
    )


def played(plan: Plan) -> Wholes:
    """The scene after all events."""
    servers, functions, delta, events = plan
    wholes = Wholes(servers, functions, delta)
    for event in events:
        wholes.do(event)
    return wholes


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_no_whole_is_served_that_a_part_forbids(plan: Plan) -> None:
    wholes = played(plan)
    assert wholes.violations == []


@pytest.mark.parametrize("bug", PART_BUGS)
def test_the_search_finds_a_bug_that_is_put_in(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*PART_BUGS[bug])
    found = find(
        plans(*FOCUS[bug], names=SERVERS[:1], functions=FUNCTIONS[:2], shortest=25),
        lambda plan: bool(played(plan).violations),
        settings=settings(
            max_examples=1_500,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert found
