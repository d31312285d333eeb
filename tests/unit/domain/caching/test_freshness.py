"""RFC 9111 section 4.2: lifetimes, heuristics, ages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.caching.freshness import freshness, remaining_freshness
from brine.domain.routing.policy import DEFAULT_FORWARD_HEADERS, Policy
from tests.support.gateway.miniature import START, date, request, stored_response

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

MONTH = 30 * 86_400


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        ([("Cache-Control", "max-age=60")], 60),
        ([("Cache-Control", "max-age=1, s-maxage=60")], 60),
        ([("Cache-Control", "max-age=60, s-maxage=1")], 1),
        ([("Cache-Control", "max-age=60"), ("Cache-Control", "s-maxage=1")], 1),
        ([("Cache-Control", "max-age=60, s-maxage=x")], 0),
        ([("Cache-Control", "max-age=0, s-maxage=60"), ("Expires", date(-10))], 60),
        ([("Expires", date(MONTH)), ("Date", date())], MONTH),
        ([("Expires", date(MONTH))], MONTH),
        ([("Expires", date()), ("Date", date())], 0),
        ([("Expires", date(-MONTH)), ("Date", date())], 0),
        ([("Expires", date(300)), ("Date", date(400))], 0),
        ([("Expires", date(30)), ("Date", date(10))], 20),
        ([("Expires", date(60)), ("Date", "foo")], 60),
        ([("Expires", date(60)), ("Date", date(-5)), ("Date", date(-5))], 60),
        ([("Expires", "Fri, 31 Dec 9999 23:59:59 GMT")], 2**31),
        # an Expires that cannot be read has passed
        ([("Expires", "0")], 0),
        ([("Expires", "")], 0),
        ([("Expires", date(60)), ("Expires", date(60))], 0),
        # max-age goes before Expires, for all values
        ([("Cache-Control", "max-age=60"), ("Expires", "0")], 60),
        ([("Cache-Control", "max-age=60"), ("Expires", date(-60))], 60),
        ([("Cache-Control", "max-age=0"), ("Expires", date(60))], 0),
        ([("Cache-Control", "max-age=oops"), ("Expires", date(60))], 0),
        # a targeted field goes before both
        ([("CDN-Cache-Control", "max-age=60"), ("Cache-Control", "max-age=1"), ("Expires", date(-1))], 60),
        ([("CDN-Cache-Control", "max-age=0"), ("Expires", date(60))], 0),
        ([("CDN-Cache-Control", "must-revalidate"), ("Cache-Control", "max-age=60"), ("Expires", date(60))], 0),
        ([("CDN-Cache-Control", "max-age=10, &"), ("Cache-Control", "max-age=1")], 1),
        ([], 0),
    ],
)
def test_explicit_lifetimes(headers: list[Header], lifetime: int) -> None:
    assert freshness(stored_response(*headers), Policy(), START).lifetime == lifetime


@pytest.mark.parametrize(
    ("status", "headers", "lifetime"),
    [
        *((status, [], 8640) for status in (200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501)),
        *((status, [], 0) for status in (201, 202, 302, 303, 307, 400, 403, 500, 502, 503, 504, 599)),
        (599, [("Cache-Control", "public")], 8640),
        (200, [("Cache-Control", "max-age=0")], 0),
        (200, [("Expires", "0")], 0),
    ],
)
def test_heuristic_lifetimes_are_a_tenth_of_the_time_unchanged(
    status: int, headers: list[Header], lifetime: int
) -> None:
    stored = stored_response(("Last-Modified", date(-86_400)), ("Date", date()), *headers, status=status)
    assert freshness(stored, Policy(), START).lifetime == lifetime


@pytest.mark.parametrize(
    ("modified", "lifetime"),
    [(date(-5), 0), (date(-10), 1), (date(-3600), 360), (date(-365 * 86_400), 86_400), (date(60), 0), ("junk", 0)],
)
def test_heuristics_have_a_floor_and_a_cap(modified: str, lifetime: int) -> None:
    stored = stored_response(("Last-Modified", modified), ("Date", date()))
    assert freshness(stored, Policy(), START).lifetime == lifetime


FORWARDS_COOKIES = [
    Policy(forward_headers=DEFAULT_FORWARD_HEADERS | {"cookie"}),
    Policy(forward_headers=DEFAULT_FORWARD_HEADERS | {"cookie"}, key_headers=frozenset()),
    Policy(forward_headers="all"),
    Policy(key_headers=frozenset({"cookie"})),
    Policy(key_headers=frozenset({"cookie", "x-region"})),
]


@pytest.mark.parametrize("policy", FORWARDS_COOKIES)
@pytest.mark.parametrize("headers", [[], [("Cache-Control", "public")], [("Vary", "Cookie")]])
def test_no_heuristic_lifetime_is_for_a_request_whose_cookie_reached_the_origin(
    policy: Policy, headers: list[Header]
) -> None:
    stored = stored_response(("Last-Modified", date(-86_400)), ("Date", date()), *headers)
    assert freshness(stored, policy, START, request(("Cookie", "sid=A"))).lifetime == 0
    assert freshness(stored, policy, START, request(("X-Region", "eu"))).lifetime == 8640


@pytest.mark.parametrize("policy", FORWARDS_COOKIES)
def test_a_lifetime_of_the_origin_or_the_route_is_for_requests_with_cookies_too(policy: Policy) -> None:
    asked = request(("Cookie", "sid=A"))
    explicit = stored_response(("Cache-Control", "max-age=60"), ("Last-Modified", date(-86_400)), ("Date", date()))
    silent = stored_response(("Last-Modified", date(-86_400)), ("Date", date()))
    assert freshness(explicit, policy, START, asked).lifetime == 60
    assert freshness(silent, replace(policy, freshness_lifetime=30), START, asked).lifetime == 30


def test_a_cookie_that_does_not_reach_the_origin_changes_no_lifetime() -> None:
    stored = stored_response(("Last-Modified", date(-86_400)), ("Date", date()))
    assert freshness(stored, Policy(), START, request(("Cookie", "sid=A"))).lifetime == 8640


@pytest.mark.parametrize("status", [200, 203, 204, 206, 300, 301, 308])
def test_a_routes_lifetime_is_for_lasting_success(status: int) -> None:
    assert freshness(stored_response(status=status), Policy(freshness_lifetime=30), START).lifetime == 30


@pytest.mark.parametrize("status", [201, 202, 205, 207, 299, 302, 303, 307, 400, 404, 500])
def test_a_routes_lifetime_is_not_for_anything_else(status: int) -> None:
    assert freshness(stored_response(status=status), Policy(freshness_lifetime=30), START).lifetime == 0


def test_a_route_speaks_where_the_origin_does_not() -> None:
    policy = Policy(freshness_lifetime=30, negative_lifetimes={404: 5})
    modified: Header = ("Last-Modified", date(-86_400))
    assert freshness(stored_response(modified), policy, START).lifetime == 30
    assert freshness(stored_response(("Cache-Control", "max-age=1")), policy, START).lifetime == 1
    assert freshness(stored_response(("Expires", "0")), policy, START).lifetime == 0
    assert freshness(stored_response(status=404), policy, START).lifetime == 5
    assert freshness(stored_response(status=500), policy, START).lifetime == 0
    assert freshness(stored_response(status=301), policy, START).lifetime == 30
    assert freshness(stored_response(status=301), Policy(negative_lifetimes={301: 7}), START).lifetime == 7


@pytest.mark.parametrize(
    ("headers", "delay", "resident", "age"),
    [
        ([], 0.0, 0.0, 0),
        ([], 0.0, 7.5, 7.5),
        ([("Age", "30")], 0.0, 3.0, 33),
        ([("Age", "30")], 2.0, 3.0, 35),
        ([("Date", date(-10))], 0.0, 3.0, 13),
        ([("Date", date(-10)), ("Age", "25")], 0.0, 0.0, 25),
        ([("Date", date(-40)), ("Age", "25")], 0.0, 0.0, 40),
        ([("Date", date(10)), ("Age", "15")], 0.0, 0.0, 15),
        ([("Date", date(10_000))], 0.0, 1.0, 1),
        ([("Date", "never")], 0.0, 1.0, 1),
        # of a list, the first; an invalid number counts as absent
        ([("Age", "7200,0")], 0.0, 0.0, 7200),
        ([("Age", "0, 7200")], 0.0, 0.0, 0),
        ([("Age", "7200"), ("Age", "0")], 0.0, 0.0, 7200),
        ([("Age", "abc")], 0.0, 0.0, 0),
        ([("Age", "-7200")], 0.0, 0.0, 0),
        ([("Age", "7200.0")], 0.0, 0.0, 0),
        ([("Age", "")], 0.0, 0.0, 0),
        ([("Age", "9999999999999")], 0.0, 0.0, 2**31),
    ],
)
def test_current_age(headers: list[Header], delay: float, resident: float, age: float) -> None:
    stored = stored_response(*headers, delay=delay)
    assert freshness(stored, Policy(), START + resident).age == age


def test_a_clock_that_goes_back_makes_no_negative_age() -> None:
    assert freshness(stored_response(delay=-5.0), Policy(), START - 100).age == 0


def test_remaining_freshness_counts_whole_seconds_down() -> None:
    stored = stored_response(("Cache-Control", "max-age=60"), ("Date", date()), at=START + 0.9)
    seconds = (0, 0.5, 1, 59.5, 60, 61)
    left = [remaining_freshness(stored, Policy(), START + 0.9 + later, request()) for later in seconds]
    assert left == [60, 60, 59, 1, 0, -1]


@pytest.mark.parametrize(
    ("headers", "is_fresh"),
    [
        ([("Cache-Control", "max-age=10"), ("Age", "15")], False),
        ([("Cache-Control", "max-age=10"), ("Date", date(-15))], False),
        ([("Expires", date(10)), ("Date", date(-10)), ("Age", "25")], False),
        ([("Expires", date(20)), ("Date", date(10)), ("Age", "15")], False),
        ([("Expires", date(20)), ("Date", date(10)), ("Age", "5")], True),
        ([("CDN-Cache-Control", "max-age=3600"), ("Age", "7200")], False),
    ],
)
def test_age_against_lifetime(headers: list[Header], is_fresh: bool) -> None:
    assert freshness(stored_response(*headers), Policy(), START).is_fresh is is_fresh
