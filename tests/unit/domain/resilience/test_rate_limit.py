from __future__ import annotations

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.domain.resilience.budget import OriginBudget
from brine.domain.resilience.rate_limit import LONGEST_PAUSE, RateLimit, rate_limit

NOW = 1_790_000_000.0
BUDGET = OriginBudget(requests=600, period=60.0)


def said(status: int, *lines: str) -> RateLimit | None:
    """The limit that a response with these field lines tells."""
    pairs = [line.split(": ", 1) for line in lines]
    return rate_limit(Response(status=status, fields=Fields((name, value) for name, value in pairs)), BUDGET, NOW)


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ((), 6),
        (("retry-after: 30",), 30),
        (("retry-after: Mon, 21 Sep 2026 14:14:00 GMT",), 40),
        (("retry-after: 0",), 1),
        (("retry-after: 999999",), LONGEST_PAUSE),
        (("retry-after: soon",), 6),
        (('ratelimit: "default";r=0;t=12',), 12),
        (('ratelimit: "default";r=0;t=12', "retry-after: 30"), 30),
        (('ratelimit: "a";r=0;t=3, "b";r=0;t=20',), 20),
        (('ratelimit: "default";r=5;t=12',), 6),
    ],
)
def test_a_429_asks_for_a_pause(lines: tuple[str, ...], seconds: float) -> None:
    assert said(429, *lines) == RateLimit(0, NOW + seconds)


@pytest.mark.parametrize("status", [200, 404, 503])
def test_other_responses_ask_for_none_by_retry_after(status: int) -> None:
    assert said(status, "retry-after: 30") is None


@pytest.mark.parametrize(
    ("lines", "limit"),
    [
        (('ratelimit: "default";r=50;t=30',), (50, 30)),
        (('ratelimit: "default";r=0;t=30',), (0, 30)),
        (("ratelimit: default;r=50;t=30",), (50, 30)),
        (('ratelimit: "minute";r=20;t=23, "hour";r=9;t=2402',), (9, 2402)),
        (('ratelimit: "minute";r=20;t=23', 'ratelimit: "hour";r=9;t=2402'), (9, 2402)),
        (('ratelimit: "x";r=7', 'ratelimit-policy: "x";q=100;w=10'), (7, 10)),
        (('ratelimit: "x";r=7', 'ratelimit-policy: "y";q=100;w=10'), (7, 60)),
        (('ratelimit: "x";r=7', "ratelimit-policy: ;"), (7, 60)),
        (('ratelimit: "x";r=7;t=5;pk=:cHI=:;acme="z"',), (7, 5)),
        (('ratelimit: "x";r=7;t=999999',), (7, LONGEST_PAUSE)),
        (('ratelimit: "b";r=1;t=5, "x";r=7;t=5', 'ratelimit-policy: "b";q=9;qu="content-bytes"'), (7, 5)),
        (('ratelimit: "x";r=7;t=5', 'ratelimit-policy: "x";q=9;qu="requests"'), (7, 5)),
        (('ratelimit: "x";r=7;t=5', "age: 0"), (7, 5)),
    ],
)
def test_a_service_limit_tells_what_remains(lines: tuple[str, ...], limit: tuple[int, float]) -> None:
    assert said(200, *lines) == RateLimit(limit[0], NOW + limit[1])


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("ratelimit: ",),
        ('ratelimit: "x"',),
        ('ratelimit: "x";r=-1;t=5',),
        ('ratelimit: "x";r=?1;t=5',),
        ('ratelimit: "x";r=7;t="5"',),
        ('ratelimit: "x";r=7;t=5,',),
        ('ratelimit: ("x");r=7;t=5',),
        ("ratelimit: limit=100, remaining=50, reset=30",),
        ('ratelimit-policy: "x";q=100;w=60',),
        ("x-ratelimit-remaining: 0",),
        ('ratelimit: "x";r=7;t=5', "age: 3"),
    ],
)
def test_what_is_malformed_old_or_no_limit_tells_nothing(lines: tuple[str, ...]) -> None:
    assert said(200, *lines) is None


def test_a_long_period_lets_a_pause_be_as_long() -> None:
    day = OriginBudget(requests=600, period=86_400.0)
    response = Response(status=429, fields=Fields([("retry-after", "40000")]))
    assert rate_limit(response, day, NOW) == RateLimit(0, NOW + 40_000)
