"""Properties that hold for all requests and responses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.decide import decide
from brine.domain.caching.decision import Forward, Serve, Validate
from brine.domain.caching.freshness import freshness
from brine.domain.caching.partial import has_requested_bytes
from brine.domain.caching.receive import receive, receive_error
from brine.domain.caching.respond import needs_body, relay, respond
from brine.domain.caching.stored import StoredResponse
from brine.domain.caching.storing import evict_at
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.routing.policy import Policy
from brine.domain.routing.upstream import forwarded_request, upstream_request
from tests.support.gateway.miniature import OPEN, ORIGIN, START, date, stored_response

if TYPE_CHECKING:
    from brine.domain.routing.policy import SetCookieRule

GARBAGE = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=255), max_size=12)
DIRECTIVES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("max-age=60", "s-maxage=5", "max-age=0", "no-cache", "no-store", "private", "public", "immutable"),
                *("must-revalidate", "proxy-revalidate", "must-understand", "stale-while-revalidate=30"),
                *("stale-if-error=30", 'no-cache="x"', 'private="x"', "max-age=x", "max-stale", "max-stale=9"),
                *("min-fresh=9", "only-if-cached", 'max-age="60"', 'a="', "max-age=99999999999"),
            ]
        ),
        GARBAGE,
    ),
    max_size=3,
).map(", ".join)
DATES = st.one_of(st.integers(-10_000, 10_000).map(date), st.sampled_from(["0", "", date(0) + "x"]), GARBAGE)
TAGS = st.one_of(st.sampled_from(['"a"', 'W/"a"', '"b"', "a", "*", '"a", "b"', ""]), GARBAGE)
RANGES = st.one_of(
    st.sampled_from(["bytes=0-1", "bytes=-2", "bytes=2-", "bytes=0-0,2-3", "bytes=9-", "bytes=0-3,1-2", "x=1"]), GARBAGE
)
CONTENT_RANGES = st.one_of(st.sampled_from(["bytes 0-3/8", "bytes 4-7/8", "bytes 2-5/*", "bytes */8"]), GARBAGE)

RESPONSE_LINES = st.one_of(
    st.tuples(st.sampled_from(["cache-control", "cdn-cache-control"]), DIRECTIVES),
    st.tuples(st.sampled_from(["date", "expires", "last-modified"]), DATES),
    st.tuples(st.just("age"), st.one_of(st.sampled_from(["0", "30", "7200,0", "-1"]), GARBAGE)),
    st.tuples(st.just("etag"), TAGS),
    st.tuples(st.just("content-range"), CONTENT_RANGES),
    st.tuples(st.just("vary"), st.one_of(st.sampled_from(["foo", "foo, x", "*", ""]), GARBAGE)),
    st.tuples(
        st.sampled_from(["location", "content-location"]), st.one_of(st.sampled_from(["/a", "//[", ""]), GARBAGE)
    ),
    st.tuples(st.sampled_from(["connection", "content-length", "set-cookie", "accept-ranges", "x"]), GARBAGE),
)
REQUEST_LINES = st.one_of(
    st.tuples(st.just("cache-control"), DIRECTIVES),
    st.tuples(st.sampled_from(["if-none-match", "if-match", "if-range"]), TAGS),
    st.tuples(st.sampled_from(["if-modified-since", "if-unmodified-since", "if-range"]), DATES),
    st.tuples(st.just("range"), RANGES),
    st.tuples(st.sampled_from(["foo", "accept", "accept-language", "authorization", "connection", "cookie"]), GARBAGE),
)
METHODS = st.one_of(st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "PUT", "M-SEARCH"]), GARBAGE)
STATUSES = st.one_of(st.sampled_from([200, 200, 206, 304, 404, 416, 503]), st.integers(200, 999))
REQUESTS = st.builds(
    lambda method, lines: Request(method=method, path="/a", fields=Fields(lines)),
    METHODS,
    st.lists(REQUEST_LINES, max_size=4),
)
BODIES = st.binary(max_size=8)
RESPONSES = st.builds(
    lambda status, lines, body: Response(status=status, fields=Fields(lines), body=body),
    STATUSES,
    st.lists(RESPONSE_LINES, max_size=5),
    BODIES,
)
PARTS = st.builds(
    lambda first, body: PartialBody(8).with_bytes(first, body), st.integers(0, 3), st.binary(min_size=1, max_size=5)
)
STORED = st.builds(
    lambda response, body, at, delay, vary: StoredResponse(
        method="GET",
        target="/a",
        route="r",
        status=206 if isinstance(body, PartialBody) else response.status,
        fields=response.fields,
        body=body,
        request_time=at - delay,
        response_time=at,
        fetch_started=at - delay,
        vary=vary,
    ),
    RESPONSES,
    st.one_of(BODIES, st.integers(0, 9).map(lambda size: BodyReference(bytes(32), size)), PARTS),
    st.floats(START - 200, START),
    st.floats(-5, 30),
    st.sampled_from([(), ("foo",), ("*",)]),
)
POLICIES = st.builds(
    Policy,
    freshness_lifetime=st.none() | st.floats(-1, 100),
    negative_lifetimes=st.just({404: 5.0, 503: 1.0}),
    grace=st.sampled_from([0.0, 1000.0]),
    set_cookie=st.sampled_from(cast("list[SetCookieRule]", ["shared", "strip", "refuse", "keep"])),
    store_post=st.booleans(),
    request_directives=st.booleans(),
)
TIMES = st.floats(START - 100, START + 1000)


@pytest.mark.slow
@settings(max_examples=400)
@given(st.none() | STORED, REQUESTS, RESPONSES, POLICIES, TIMES)
def test_there_is_a_decision_and_a_reception_for_everything(
    stored: StoredResponse | None, request: Request, response: Response, policy: Policy, now: float
) -> None:
    decision = decide(stored, request, policy, now)
    sent = upstream_request(request, OPEN)
    assert upstream_request(sent, OPEN) == sent
    forwarded_request(sent, OPEN, "brine")
    assert relay(response, request, now).status in {response.status, 206, 304, 416}
    if isinstance(decision, Validate | Forward):
        receive_error(decision, request, policy, now)
        reception = receive(
            decision,
            request,
            response,
            policy,
            target="/a",
            route="r",
            request_time=now,
            response_time=now + 1,
            origin=ORIGIN,
        )
        if reception.keep is not None:
            assert evict_at(reception.keep, policy) >= now
            assert reception.retry is None


@pytest.mark.slow
@settings(max_examples=400)
@given(STORED, REQUESTS, POLICIES, TIMES)
def test_a_served_response_is_whole_and_has_its_true_age(
    stored: StoredResponse, request: Request, policy: Policy, now: float
) -> None:
    age = freshness(stored, policy, now).age
    assert age >= 0
    if isinstance(stored.body, PartialBody) and not has_requested_bytes(stored, request):
        return
    if needs_body(stored, request) and not isinstance(stored.body, bytes):
        return
    answer = respond(stored, request, now)
    assert answer.fields.all("age") == (str(int(age)),)
    assert answer.status in {stored.status, 206, 304, 416}
    if answer.status in {304, 416} - {stored.status} or request.method == "HEAD":
        assert answer.body == b""
    if stored.status == 206:
        assert answer.status in {206, 304}
    if answer.status == stored.status == 200 and request.method != "HEAD":
        assert answer.body == stored.body


def test_a_response_that_is_fresh_for_less_than_a_clock_step_is_kept_as_long() -> None:
    began, received = 1_699_999_898.0119832, 1_699_999_900.0
    stored = StoredResponse(
        method="GET",
        target="/a",
        route="r",
        status=200,
        fields=Fields(),
        body=b"",
        request_time=began,
        response_time=received,
        fetch_started=began,
    )
    policy = Policy(freshness_lifetime=1.988016884641727)
    assert freshness(stored, policy, received).is_fresh
    assert evict_at(stored, policy) > received


@settings(max_examples=400)
@given(STORED, REQUESTS, POLICIES, TIMES)
def test_fresh_means_not_expired(stored: StoredResponse, request: Request, policy: Policy, now: float) -> None:
    if freshness(stored, policy, now).is_fresh:
        assert max(now, stored.response_time) < evict_at(stored, policy)
    decision = decide(stored, request, policy, now)
    if isinstance(decision, Serve) and "max-stale" not in request.fields.get("cache-control", "").lower():
        assert decision.age < freshness(stored, policy, now).lifetime


@given(STORED, RESPONSES, POLICIES)
def test_a_304_keeps_the_body(stored: StoredResponse, response: Response, policy: Policy) -> None:
    request = Request(method="GET", path="/a")
    decision = decide(stored, request, policy, START + 10_000)
    if isinstance(decision, Validate):
        confirmation = replace(response, status=304, body=b"")
        reception = receive(
            decision, request, confirmation, policy, target="/a", route="r", request_time=START, response_time=START
        )
        for result in (reception.reuse, reception.keep):
            if result is not None:
                assert (result.body, result.status) == (stored.body, stored.status)
                assert result.fields.all("content-length") == stored.fields.all("content-length")


@given(st.binary(max_size=40), st.integers(0, 45), st.none() | st.integers(0, 45))
def test_a_range_is_a_slice(body: bytes, first: int, last: int | None) -> None:
    stored = stored_response(body=body)
    text = f"bytes={first}-{'' if last is None else last}"
    answer = respond(stored, Request(method="GET", path="/a", fields=Fields([("range", text)])), START)
    expected = body[first:] if last is None else body[first : last + 1]
    if last is not None and last < first:
        assert (answer.status, answer.body) == (200, body)
    elif expected:
        assert (answer.status, answer.body) == (206, expected)
        assert answer.fields.get("content-range") == f"bytes {first}-{first + len(expected) - 1}/{len(body)}"
    else:
        assert (answer.status, answer.body) == (416, b"")


@given(st.binary(max_size=40), st.integers(0, 45))
def test_a_suffix_is_a_slice_from_the_end(body: bytes, length: int) -> None:
    stored = stored_response(body=body)
    answer = respond(stored, Request(method="GET", path="/a", fields=Fields([("range", f"bytes=-{length}")])), START)
    assert answer.body == (body[-length:] if length and body else b"")
    assert answer.status == (206 if length and body else 416)
