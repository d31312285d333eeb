"""RFC 9111 section 4.2.4 and RFC 5861: the windows in which stale responses may be served."""

from __future__ import annotations

from math import inf

import pytest

from brine.domain.caching.stale import accepted_staleness, error_window, revalidation_window
from brine.domain.http.cache_control import NO_DIRECTIVES, parse_directives
from brine.domain.routing.policy import Policy

GRACE = Policy(grace=100)


@pytest.mark.parametrize(
    ("response", "request_", "policy", "window"),
    [
        ("max-age=1", "", Policy(), 0),
        ("max-age=1", "", GRACE, 100),
        ("max-age=1, stale-if-error=7", "", GRACE, 7),
        ("max-age=1, stale-if-error=0", "", GRACE, 0),
        ("max-age=1, stale-if-error=soon", "", GRACE, 0),
        ("max-age=1", "stale-if-error=50", Policy(), 50),
        ("max-age=1", "stale-if-error=500", GRACE, 500),
        ("s-maxage=1", "", GRACE, 0),
        ("s-maxage=1", "stale-if-error=50", GRACE, 0),
        ("s-maxage=1, stale-if-error=7", "", GRACE, 7),
        ("max-age=1, must-revalidate, stale-if-error=7", "stale-if-error=50", GRACE, 0),
        ("max-age=1, proxy-revalidate", "", GRACE, 0),
        ("max-age=1, no-cache, stale-if-error=7", "", GRACE, 0),
        ('max-age=1, no-cache="set-cookie"', "", GRACE, 100),
    ],
)
def test_in_place_of_an_error(response: str, request_: str, policy: Policy, window: float) -> None:
    assert error_window(parse_directives(response), parse_directives(request_), policy) == window


@pytest.mark.parametrize(
    ("response", "window"),
    [
        ("max-age=1", 0),
        ("max-age=1, stale-while-revalidate=60", 60),
        ("s-maxage=1, stale-while-revalidate=60", 60),
        ("max-age=1, stale-while-revalidate", 0),
        ("max-age=1, stale-while-revalidate=60, must-revalidate", 0),
        ("max-age=1, stale-while-revalidate=60, proxy-revalidate", 0),
        ("max-age=1, stale-while-revalidate=60, no-cache", 0),
    ],
)
def test_while_it_is_refreshed(response: str, window: float) -> None:
    assert revalidation_window(parse_directives(response), Policy(grace=5)) == window


@pytest.mark.parametrize(
    ("response", "request_", "accepted"),
    [
        ("max-age=1", "max-stale=60", 60),
        ("max-age=1", "max-stale", inf),
        ("max-age=1", "max-stale=x", 0),
        ("max-age=1", "", 0),
        ("s-maxage=1", "max-stale", 0),
        ("max-age=1, must-revalidate", "max-stale", 0),
        ("max-age=1, proxy-revalidate", "max-stale", 0),
        ("no-cache", "max-stale", 0),
    ],
)
def test_for_a_client_that_takes_it(response: str, request_: str, accepted: float) -> None:
    assert accepted_staleness(parse_directives(response), parse_directives(request_)) == accepted


def test_nothing_said_nothing_allowed() -> None:
    assert error_window(NO_DIRECTIVES, NO_DIRECTIVES, Policy()) == 0
    assert revalidation_window(NO_DIRECTIVES, Policy(grace=5)) == 0


@pytest.mark.parametrize(
    ("directives", "window"), [("max-age=1", 5), ("max-age=1, stale-while-revalidate=2", 2), ("must-revalidate", 0)]
)
def test_the_grace_of_a_function_permits_stale_responses_while_they_are_refreshed(directives: str, window: int) -> None:
    of_function = Policy(grace=5, refreshes_in_grace=True)
    assert revalidation_window(parse_directives(directives), of_function) == window
