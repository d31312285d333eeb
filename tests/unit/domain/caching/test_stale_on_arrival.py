"""Responses whose freshness is over when they arrive (RFC 9111 sections 3 and 4.2.4, RFC 5861)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.caching.decide import can_answer_followers, decide, refresh_decision
from brine.domain.caching.decision import Forward, ServeStale
from brine.domain.caching.freshness import freshness_on_arrival, remaining_freshness
from brine.domain.caching.hit_for_miss import hit_for_miss_marker
from brine.domain.caching.receive import receive, receive_error
from brine.domain.caching.storing import evict_at
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, date, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.decision import ResponseDecision
    from brine.domain.caching.stored import StoredResponse
    from tests.support.gateway.miniature import Header

GRACE = Policy(grace=100)
COOKIES = Policy(grace=100, forward_headers=frozenset({"cookie"}))
TAG: Header = ("ETag", '"v1"')


def slow(
    directives: str, took: float, *headers: Header, stored: StoredResponse | None = None, status: int = 200
) -> ResponseDecision:
    """The decision about a response that the origin took so many seconds to give; its Date is the end of them."""
    asked = request()
    return receive(
        Forward(fields=asked.fields, reason="uri-miss") if stored is None else refresh_decision(stored, asked),
        asked,
        response(("Cache-Control", directives), ("Date", date(took)), *headers, status=status),
        Policy(),
        target="/a",
        route="r",
        request_time=START,
        response_time=START + took,
    )


@pytest.mark.parametrize(
    ("directives", "policy", "is_kept"),
    [
        ("max-age=0, stale-while-revalidate=60", Policy(), True),
        ("max-age=0, stale-if-error=60", Policy(), True),
        ("max-age=0", GRACE, True),
        ("public", GRACE, True),
        ("max-age=0, stale-if-error=0", GRACE, False),
        ("max-age=0, stale-while-revalidate=0", Policy(), False),
        ("max-age=0, stale-while-revalidate=soon", Policy(), False),
        ("max-age=0, must-revalidate, stale-while-revalidate=60", GRACE, False),
        ("max-age=0, proxy-revalidate, stale-if-error=60", GRACE, False),
        ("no-cache, stale-while-revalidate=60", GRACE, False),
        ("s-maxage=0", GRACE, False),
        ("s-maxage=0, stale-while-revalidate=60", Policy(), True),
        ("no-store, max-age=0, stale-while-revalidate=60", GRACE, False),
        ("private, max-age=0, stale-while-revalidate=60", GRACE, False),
    ],
)
def test_what_may_be_served_stale_is_stored(directives: str, policy: Policy, is_kept: bool) -> None:
    reception = ask(None, request(), response(("Cache-Control", directives)), policy)
    assert (reception.keep is not None) is is_kept
    if reception.keep is not None:
        assert not freshness_on_arrival(reception.keep, policy).is_fresh
        assert hit_for_miss_marker(request(), response(), reception, START) is None


def test_a_response_without_any_directive_is_stored_for_the_grace_of_the_route() -> None:
    kept = ask(None, request(), response(), GRACE).keep
    assert kept is not None
    assert receive_error(decide_again(kept), request(), GRACE, START + 99) == kept
    assert receive_error(decide_again(kept), request(), GRACE, START + 100) is None


def decide_again(stored: StoredResponse) -> Forward:
    decision = decide(stored, request(), GRACE, START + 1)
    assert isinstance(decision, Forward)
    return decision


@pytest.mark.parametrize("status", [403, 500, 501, 503])
def test_an_error_that_arrives_stale_is_not_stored(status: int) -> None:
    directives = ("Cache-Control", "max-age=0, stale-while-revalidate=60, stale-if-error=60")
    assert ask(None, request(), response(directives, status=status), GRACE).refusal == "no-freshness"
    assert ask(stored_response(), request(), response(status=501), GRACE).drop is False


def test_the_window_begins_when_the_freshness_ended() -> None:
    """The response was stale for two seconds on arrival, so 58 seconds remain."""
    kept = slow("max-age=1, stale-while-revalidate=60", 3).keep
    assert kept is not None
    assert remaining_freshness(kept, Policy(), START + 3, request()) == -2
    assert evict_at(kept, Policy()) == START + 3 + 58
    last, over = (decide(kept, request(), Policy(), START + 3 + at, background_refresh=True) for at in (57.9, 58))
    assert isinstance(last, ServeStale)
    assert isinstance(over, Forward)


@pytest.mark.parametrize(
    ("directives", "took", "refusal"),
    [
        ("max-age=1, stale-while-revalidate=60", 60.9, None),
        ("max-age=1, stale-while-revalidate=60", 61, "slow-origin"),
        ("max-age=1", 1, "slow-origin"),
        ("max-age=1", 0.9, None),
        ("max-age=0", 1, "no-freshness"),
        ("no-cache", 1, "no-freshness"),
    ],
)
def test_a_slow_refresh_does_not_end_the_stored_response(directives: str, took: float, refusal: str | None) -> None:
    """An origin that says that its response is not reusable does end it, however slow it is."""
    kept = stored_response(("Cache-Control", "max-age=1, stale-while-revalidate=600"))
    reception = slow(directives, took, stored=kept)
    assert (reception.refusal, reception.drop) == (refusal, refusal == "no-freshness")


def test_a_slow_confirmation_of_a_function_does_not_end_the_stored_response() -> None:
    kept, asked = stored_response(TAG, ("Cache-Control", "max-age=1")), request()
    policy = Policy(refreshes_in_grace=True)
    reception = receive(
        refresh_decision(kept, asked),
        asked,
        response(TAG, ("Cache-Control", "max-age=1"), ("Date", date(2)), status=304),
        policy,
        target="/a",
        route="r",
        request_time=START,
        response_time=START + 2,
    )
    assert (reception.keep, reception.drop, reception.refusal) == (None, False, "slow-origin")


def test_an_old_age_is_not_a_slow_origin() -> None:
    kept = stored_response(("Cache-Control", "max-age=1, stale-while-revalidate=600"))
    reception = slow("max-age=60", 1, ("Age", "60"), stored=kept)
    assert (reception.refusal, reception.drop) == ("no-freshness", True)


def test_a_slow_part_without_a_lifetime_leaves_that_to_the_whole() -> None:
    assert slow("max-age=1", 2).unlimited is not None
    assert slow("max-age=1", 2, status=404).unlimited is None


@pytest.mark.parametrize(
    ("directives", "selects"),
    [
        ("max-age=0", True),
        ("public", True),
        ("stale-if-error=60", True),
        ("max-age=0, stale-if-error=60", False),
        ("max-age=0, stale-while-revalidate=60", False),
        ("max-age=1", False),
    ],
)
def test_without_the_origins_permission_forwarded_cookies_select(directives: str, selects: bool) -> None:
    """A route's grace alone does not say that one user may get the response to another one's cookie."""
    reception = ask(None, request(("Cookie", "sid=A")), response(("Cache-Control", directives)), COOKIES)
    assert reception.keep is not None
    assert ("cookie" in reception.keep.vary) is selects


@pytest.mark.parametrize(
    ("directives", "selects"), [("max-age=0", True), ("max-age=0, must-revalidate", False), ("s-maxage=0", False)]
)
def test_a_validator_is_no_permission_either_unless_the_origin_validates_each_use(
    directives: str, selects: bool
) -> None:
    reception = ask(None, request(("Cookie", "sid=A")), response(("Cache-Control", directives), TAG), COOKIES)
    assert reception.keep is not None
    assert ("cookie" in reception.keep.vary) is selects


@pytest.mark.parametrize(
    ("directives", "delay", "can"),
    [
        ("max-age=60", 0, True),
        ("max-age=1", 2, False),
        ("max-age=0", 0, False),
        ("max-age=0, stale-if-error=60", 0, False),
        ("max-age=0, stale-while-revalidate=60", 0, True),
        ("max-age=1, stale-while-revalidate=60", 60, True),
        ("max-age=1, stale-while-revalidate=60", 61, False),
        ("no-cache, max-age=60", 0, False),
    ],
)
def test_what_can_answer_the_requests_that_waited_for_it(directives: str, delay: float, can: bool) -> None:
    kept = stored_response(("Cache-Control", directives), ("Date", date()), delay=delay)
    assert can_answer_followers(kept, request(), GRACE) is can
