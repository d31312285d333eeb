"""The routes that cover a path, the near prefixes, the query parameters, and the purges of a response."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.config.code_routes import code_route
from brine.adapters.config.routes import parse_routes
from brine.domain.caching.cache_key import resource_of
from brine.domain.durations import duration_text
from brine.domain.explaining.purge_coverage import covering_stamps, stamp_text
from brine.domain.explaining.query_parameters import query_parameters
from brine.domain.explaining.route_coverage import all_prefixes, covering_routes, near_prefixes, win_text
from brine.domain.http.messages import Request
from brine.domain.purging.stamps import MARGIN, Stamp, all_tenants_stamp, tag_stamp, tenant_stamp
from brine.domain.routing.route import QueryRule, Routes
from brine.domain.routing.target import upstream_target
from tests.support.gateway.miniature import START, stored_response

FILE = "".join(
    f'[[route]]\nname = "r{at}"\nprefix = "{prefix}"\norigin = "http://origin.test"\n'
    for at, prefix in enumerate(("/", "/a", "/a/b", "/orders"))
)
ROUTES = Routes(
    (
        *parse_routes(FILE, {}),
        code_route("/a/<name>", "f0", {}, source="the tests"),
        code_route("/a/b", "f1", {}, source="the tests"),
    )
)
PATHS = st.text(alphabet="/ab.", max_size=7).map("/".__add__)
RULES = st.builds(
    QueryRule,
    keep=st.none() | st.frozensets(st.sampled_from(["a", "b", "utm_x"])),
    drop=st.lists(st.sampled_from(["a", "utm_*"]), max_size=2).map(tuple),
    sort=st.booleans(),
)
QUERIES = st.lists(st.sampled_from(["a=1", "a=2", "b", "utm_x=1", "c=%20", "%61=3"]), min_size=1).map("&".join)


@given(PATHS)
def test_the_first_covering_route_is_the_one_that_matches(path: str) -> None:
    found = covering_routes(ROUTES, path)
    assert (found[0] if found else None) is ROUTES.match(path)
    for route in ROUTES:
        rest = Routes((route,))
        assert (route in found) == (rest.match(path) is route)


def test_it_is_told_why_a_route_wins() -> None:
    first, *others = covering_routes(ROUTES, "/a/b")
    assert first.name == "f1"
    assert [(one.name, win_text(first, one)) for one in others] == [
        ("f0", "a pattern without arguments wins over one with arguments"),
        ("r2", "a pattern of a function wins over a prefix"),
        ("r1", "a pattern of a function wins over a prefix"),
        ("r0", "a pattern of a function wins over a prefix"),
    ]


def test_near_prefixes_are_found() -> None:
    routes = Routes(tuple(route for route in ROUTES if route.name in {"r3", "r2"}))
    assert near_prefixes(routes, "/ordres/7") == ("/orders",)
    assert near_prefixes(routes, "/zzz") == ()
    assert all_prefixes(routes) == ("/a/b", "/orders")


@given(RULES, QUERIES)
def test_the_parameters_that_are_kept_are_those_that_reach_the_origin(rule: QueryRule, query: str) -> None:
    [route, *_] = parse_routes(FILE, {})
    route = replace(route, query=rule)
    _, sent = upstream_target(Routes((route,)), route, Request(method="GET", path=f"{route.prefix}/x", query=query))
    kept = [one.text for one in query_parameters(rule, query) if one.dropped is None]
    assert sorted(kept) == sorted((sent or "").split("&") if sent else [])
    if not rule.sort:
        assert kept == ((sent or "").split("&") if sent else [])


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (QueryRule(keep=frozenset({"b"})), "query.keep does not list it"),
        (QueryRule(drop=("a*",)), 'query.drop has "a*"'),
        (QueryRule(), None),
    ],
)
def test_a_dropped_parameter_has_its_reason(rule: QueryRule, told: str | None) -> None:
    assert [one.dropped for one in query_parameters(rule, "a=1")] == [told]


def test_each_purge_has_its_effect() -> None:
    stored = replace(stored_response(), tags=("t",), fetch_started=START, request_time=START, response_time=START)
    [route, *_] = parse_routes(FILE, {})
    resource = resource_of(route, "", "/x")
    stamps = {
        "everything": Stamp(hard=START - 20),
        f"route:{route.name}": Stamp(soft=START + 10),
        tag_stamp("t"): Stamp(hard=START + 30),
    }
    found = covering_stamps(stored, resource, stamps, START + 60)
    assert [(one.name, one.kind, one.effect, one.at) for one in found] == [
        ('the tag "t"', "hard", "purged", START + 30 - MARGIN),
        (f"the route {route.name}", "soft", "stale", START + 10 - MARGIN),
        ("everything", "hard", "older", START - 20 - MARGIN),
    ]


def test_stamps_have_names_for_people() -> None:
    names = [
        tag_stamp("a:b"),
        tag_stamp("t", "acme"),
        all_tenants_stamp("t"),
        tenant_stamp("acme"),
        "key:1",
        "result:x",
    ]
    assert [stamp_text(name) for name in names] == [
        'the tag "a:b"',
        'the tag "t"',
        'the tag "t"',
        "all of the tenant",
        "this URL",
        "this result",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0004, "1 ms"),
        (0.25, "250 ms"),
        (7.9, "7 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (7_260, "2 h 1 min"),
        (90_000, "1 d 1 h"),
        (-5, "-5 s"),
    ],
)
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
