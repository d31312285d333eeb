"""Jitter: as much as the route says, the same for all environments, and another one after each exchange."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.freshness import freshness
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, date, stored_response

TENTH = Policy(freshness_lifetime=60, jitter=0.1, negative_lifetimes={404: 10, 410: 0})


def lifetime(target: str = "/a", *, at: float = START, status: int = 200, policy: Policy = TENTH) -> float:
    stored = replace(stored_response(status=status, at=at), target=target)
    return freshness(stored, policy, at).lifetime


@given(st.text(), st.floats(0, 4e9), st.floats(0, 0.5))
def test_a_lifetime_stays_within_its_share(target: str, at: float, part: float) -> None:
    drawn = lifetime(target, at=at, policy=replace(TENTH, jitter=part))
    assert 60 * (1 - part) <= drawn <= 60 * (1 + part)


def test_the_lifetimes_of_many_responses_are_spread_evenly() -> None:
    tenths = [int((lifetime(f"/{number}") - 54) / 1.2) for number in range(5_000)]
    assert all(400 < tenths.count(tenth) < 600 for tenth in range(10))


def test_responses_that_expired_together_expire_apart_next_time() -> None:
    together = [number for number in range(2_000) if abs(lifetime(f"/{number}") - 60) < 0.3]
    again = [abs(lifetime(f"/{number}", at=START + 60.3) - 60) < 0.3 for number in together]
    assert len(together) > 50
    assert sum(again) < len(again) / 4


def test_it_is_the_same_whoever_looks_and_whenever() -> None:
    stored = stored_response()
    again = replace(stored_response(), body=b"elsewhere", generation=7)
    assert freshness(stored, TENTH, START).lifetime == freshness(again, TENTH, START + 50).lifetime != 60


def test_ttl_and_the_end_of_freshness_follow_it() -> None:
    stored = stored_response()
    ends = freshness(stored, TENTH, START).lifetime
    assert freshness(stored, TENTH, START).remaining == int(ends)
    assert freshness(stored, TENTH, START + ends - 0.001).is_fresh
    assert not freshness(stored, TENTH, START + ends + 0.001).is_fresh


def test_it_is_for_errors_too_and_makes_nothing_of_nothing() -> None:
    assert 9 <= lifetime(status=404) <= 11
    assert lifetime(status=404) != 10
    assert lifetime(status=410) == 0


def test_a_lifetime_from_the_origin_gets_no_jitter() -> None:
    for header in (("Cache-Control", "max-age=60"), ("CDN-Cache-Control", "max-age=60")):
        assert freshness(stored_response(header), TENTH, START).lifetime == 60
    guessed = stored_response(("Last-Modified", date(-60_480)))
    assert freshness(guessed, Policy(jitter=0.5), START).lifetime == 6_048
