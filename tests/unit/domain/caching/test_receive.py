"""The decision about the origin's response, given the stored one (RFC 9111 sections 3, 4.2.4, 4.3.3; RFC 5861)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.caching.decide import decide, refresh_decision
from brine.domain.caching.decision import Forward, ResponseDecision, Validate
from brine.domain.caching.receive import receive, receive_error
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request
    from tests.support.gateway.miniature import Header

TAG: Header = ("ETag", '"v1"')
GRACE = Policy(grace=100)
LATER = START + 90


def stored(directives: str = "max-age=60") -> StoredResponse:
    return stored_response(("Cache-Control", directives), TAG)


@pytest.mark.parametrize(
    ("directives", "wish", "age", "is_served"),
    [
        ("max-age=60", "", 159, True),
        ("max-age=60", "", 160, False),
        ("max-age=60", "no-cache", 90, True),
        ("max-age=60, stale-if-error=10", "", 69, True),
        ("max-age=60, stale-if-error=10", "", 70, False),
        ("max-age=60", "stale-if-error=1000", 900, True),
        ("max-age=60, must-revalidate", "stale-if-error=1000", 61, False),
        ("max-age=60, proxy-revalidate", "", 61, False),
        ("max-age=60, no-cache", "", 61, False),
        ("s-maxage=60", "", 61, False),
        ("max-age=60", "no-store", 61, False),
        ("max-age=60, must-revalidate", "no-cache", 5, False),
    ],
)
def test_stale_in_place_of_an_error(directives: str, wish: str, age: float, is_served: bool) -> None:
    asked = request(*((("Cache-Control", wish),) if wish else ()))
    kept = stored(directives)
    decision = decide(kept, asked, GRACE, START + age)
    assert isinstance(decision, Validate | Forward)
    assert receive_error(decision, asked, GRACE, START + age) == (kept if is_served else None)
    reception = ask(kept, asked, response(status=503), GRACE, START + age)
    assert (reception.reuse, reception.stale) == ((kept, True) if is_served else (None, False))


def test_a_fresh_response_stays_when_its_refresh_fails() -> None:
    policy = Policy(freshness_lifetime=60, negative_lifetimes={503: 10})
    kept, asked = stored_response(), request()

    def renewed(at: float) -> ResponseDecision:
        return receive(
            refresh_decision(kept, asked),
            asked,
            response(status=503),
            policy,
            target="/a",
            route="r",
            request_time=at,
            response_time=at,
        )

    assert renewed(START + 59) == ResponseDecision(reuse=kept, stale=True)
    assert (renewed(START + 60).reuse, renewed(START + 60).keep is not None) == (None, True)


@pytest.mark.parametrize(
    "asked",
    [request(("If-Match", '"v1"')), request(method="POST"), request(("Range", "bytes=0-1"))],
)
def test_no_error_is_bridged_with_what_is_not_for_the_request(asked: Request) -> None:
    kept = stored_response(("Cache-Control", "max-age=60"), ("Content-Range", "bytes 5-9/10"), status=206)
    decision = decide(kept, asked, GRACE, LATER)
    assert isinstance(decision, Forward)
    assert receive_error(decision, asked, GRACE, LATER) is None


@pytest.mark.parametrize(
    ("status", "directives", "drops"),
    [
        (200, "no-store", True),
        (200, "private", True),
        (302, "no-store", True),
        (404, "no-store", True),
        (410, "no-store", True),
        (399, "no-store", True),
        (400, "no-store", False),
        (401, "no-store", False),
        (403, "no-store", False),
        (429, "no-store", False),
        (500, "no-store", False),
        (503, "no-store", False),
        (200, "max-age=60", False),
    ],
)
def test_a_changed_response_drops_the_old_one(status: int, directives: str, drops: bool) -> None:
    reception = ask(stored(), request(), response(("Cache-Control", directives), status=status), at=LATER)
    assert reception.drop is drops
    assert (reception.keep is not None) is (directives == "max-age=60")


def test_an_answer_for_one_user_does_not_drop_what_all_may_have() -> None:
    asked = request(("Authorization", "Basic x"))
    reception = ask(stored(), asked, response(("Cache-Control", "max-age=60")), at=LATER)
    assert (reception.refusal, reception.drop) == ("authorization", False)


def test_an_error_that_the_origin_wants_kept_is_kept() -> None:
    reception = ask(stored(), request(), response(("Cache-Control", "max-age=5"), status=503), at=LATER)
    assert reception.keep is not None
    assert reception.keep.status == 503


def test_nothing_is_dropped_where_nothing_was_at_hand() -> None:
    assert not ask(None, request(), response(("Cache-Control", "no-store"))).drop


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "QUERY", "PROPFIND"])
def test_safe_methods_leave_the_cache_alone(method: str) -> None:
    reception = ask(stored(), request(method=method), response(("Cache-Control", "max-age=60")))
    assert (reception.keep, reception.drop, reception.invalidate) == (None, False, ())
