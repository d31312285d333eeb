"""Which fields of a request reach its origin: a table over every registered name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.routing.forwarded import USER_AGENT, is_forwarded_field
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import Route
from brine.domain.routing.upstream import forwarded_request, upstream_request
from tests.support.gateway.miniature import OPEN, ORIGIN, request
from tests.support.registered_fields import COMMON, REGISTERED

if TYPE_CHECKING:
    from brine.domain.http.messages import Request

PLAIN = Route(name="r", prefix="/", origin=ORIGIN)
STORING_POSTS = replace(PLAIN, policy=Policy(store_post=True))

EVERY_NAME = REGISTERED | COMMON
OF_THE_CONNECTION = {
    *("Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "TE"),
    *("Proxy-Authorization", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"),
}
WRITTEN_BY_US = {"CDN-Loop", "Host", "Content-Length", "Expect", "Proxy"}
MADE_BY_US = {name for name in EVERY_NAME if is_forwarded_field(name.lower())}

# The fields of a request whose response may be stored; for each, why no client can change another client's answer.
STORED_WITH = {
    "Accept": "content negotiation: the origin names it in Vary, or the route's lifetime makes it select",
    "Accept-Charset": "the same",
    "Accept-Encoding": "the same",
    "Accept-Language": "the same",
    "Authorization": "its response is stored only where the origin says that it is for all (RFC 9111 section 3.5)",
    "Cache-Control": "only what asks for a new response",
    "If-Match": "its response is not stored",
    "If-Modified-Since": "withheld on a miss",
    "If-None-Match": "withheld on a miss",
    "If-Unmodified-Since": "its response is not stored",
    "Range": "byte ranges alone; a part is stored as a part, and its errors are not",
    "Traceparent": "tracing: only what is well formed, which has no room for anything else",
}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
RIGHT = {"cache-control": "no-cache", "range": "bytes=0-1", "if-none-match": '"a"', "traceparent": TRACE}


def sent(asked: Request, route: Route = PLAIN) -> list[tuple[str, str]]:
    return list(upstream_request(asked, route).fields.lines)


def names_sent(method: str, route: Route) -> set[str]:
    """The names that reach the origin, each tried alone."""
    return {name for name in EVERY_NAME if sent(request((name, RIGHT.get(name.lower(), "x")), method=method), route)}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_may_be_stored_is_asked_for_with_few_fields(method: str) -> None:
    assert names_sent(method, PLAIN) == STORED_WITH.keys()


def test_a_post_that_may_be_stored_has_them_and_those_of_its_content() -> None:
    of_content = {name for name in EVERY_NAME if name.startswith("Content-")} - WRITTEN_BY_US
    assert names_sent("POST", STORING_POSTS) == STORED_WITH.keys() | of_content


@pytest.mark.parametrize(("method", "route"), [("POST", PLAIN), ("OPTIONS", PLAIN), ("GET", OPEN), ("POST", OPEN)])
def test_all_others_take_along_what_is_not_of_the_connection(method: str, route: Route) -> None:
    ignored = {"If-Range", "Tracestate"} if method == "GET" else set()
    others = EVERY_NAME - OF_THE_CONNECTION - WRITTEN_BY_US - ignored
    assert names_sent(method, route) == others - MADE_BY_US
    assert names_sent(method, replace(route, trust_forwarded=True)) == others


def test_a_get_with_content_is_never_stored_and_takes_along_all() -> None:
    asked = replace(request(("Cookie", "a=b"), ("X-A", "1")), body=b"x")
    assert sent(asked) == [("cookie", "a=b"), ("x-a", "1")]


def test_fields_that_connection_lists_stay_here() -> None:
    asked = request(("Connection", "close, X-Hop,"), ("X-Hop", "1"), ("X", "2"))
    assert sent(asked, OPEN) == [("x", "2")]


def test_the_route_s_own_names_go() -> None:
    naming = replace(PLAIN, policy=Policy(forward_headers=frozenset({"cookie"}), key_headers=frozenset({"x-region"})))
    asked = request(("Cookie", "a"), ("X-Region", "b"), ("Accept", "c"))
    assert sent(asked, naming) == [("cookie", "a"), ("x-region", "b")]


@pytest.mark.parametrize(
    ("value", "obeyed", "passed"),
    [
        ("max-age=0", "max-age=0", "max-age=0"),
        ("No-Cache, x=<script>, no-cache", "no-cache", "no-cache"),
        ("no-store=5, MAX-AGE=x", "max-age=0, no-store", "max-age=0, no-store"),
        ("max-stale, only-if-cached", "max-stale, only-if-cached", None),
        (
            "max-stale=5, min-fresh=9, no-transform, stale-if-error=7",
            "stale-if-error=7, max-stale=5, min-fresh=9, no-transform",
            None,
        ),
        ("max-age=7, no-transform, no-cache", "max-age=7, no-cache, no-transform", "no-cache"),
        ("max-stale=x, only-if-cached=1, foo", None, None),
        ("min-fresh=x", f"min-fresh={2**31}", None),
        ('no-store, x="', "max-age=0, no-store", "max-age=0, no-store"),
        ("", None, None),
    ],
)
def test_known_cache_directives_are_obeyed_and_those_go_on_that_ask_for_a_new_response(
    value: str, obeyed: str | None, passed: str | None
) -> None:
    asked = upstream_request(request(("Cache-Control", value)), PLAIN)
    assert asked.fields.get("cache-control") == obeyed
    assert forwarded_request(asked, PLAIN, "brine").fields.get("cache-control") == passed
    deaf = replace(PLAIN, policy=Policy(request_directives=False))
    assert "cache-control" not in upstream_request(asked, deaf).fields
    for route, method in ((OPEN, "GET"), (PLAIN, "PUT")):
        untouched = upstream_request(request(("Cache-Control", value), method=method), route)
        assert (forwarded_request(untouched, route, "brine").fields.get("cache-control") or "").strip() == value.strip()


@pytest.mark.parametrize("value", ["bytes=5-2", "items=0-9", "bytes", "x", "bytes=0-1, bytes=2-3", ""])
@pytest.mark.parametrize("route", [PLAIN, OPEN])
def test_a_range_in_another_unit_is_ignored(value: str, route: Route) -> None:
    assert sent(request(("Range", value)), route) == []
    assert sent(request(("Range", value), ("If-Range", '"a"')), route) == []
    assert sent(request(("Range", value), method="PUT"), route) == [("range", value)]


def test_if_range_goes_along_with_a_range_alone() -> None:
    assert sent(request(("If-Range", '"a"'))) == []
    assert sent(request(("If-Range", '"a"'), ("Range", "bytes=0-1"))) == [("if-range", '"a"'), ("range", "bytes=0-1")]


def test_via_and_cdn_loop_are_ours_and_come_last() -> None:
    asked = upstream_request(request(("Via", "1.0 other"), ("Accept", "a")), PLAIN)
    assert forwarded_request(asked, PLAIN, "brine").fields.lines == (
        ("accept", "a"),
        USER_AGENT,
        ("via", "1.1 brine"),
        ("cdn-loop", "brine"),
    )
    passing = upstream_request(request(("Via", "1.0 other"), method="POST"), PLAIN)
    assert forwarded_request(passing, PLAIN, "brine").fields.get("via") == "1.0 other, 1.1 brine"
