"""The fields about the public address that an origin gets (RFC 7239)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.forwarded import USER_AGENT
from brine.domain.routing.front_door import FrontDoor, PublicAddress, valid_authority
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import Route
from brine.domain.routing.upstream import forwarded_request, upstream_request

ROUTE = Route(name="r", prefix="/shop", origin=OriginAddress("http", "origin.test", 80))
AT_URL = replace(ROUTE, public_url=PublicAddress("https", "api.example", "/v1"))
DOOR = FrontDoor(PublicAddress("http", "127.0.0.1:3000", "/prod"), "192.0.2.7")
LIES = (
    *(("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "6.6.6.6"), ("x-forwarded-host", "evil.test")),
    *(("x-forwarded-prefix", "/evil"), ("x-forwarded-proto", "gopher"), ("x-real-ip", "6.6.6.6")),
)


def sent(route: Route, method: str = "GET", *lines: tuple[str, str], body: bytes = b"") -> list[tuple[str, str]]:
    """The lines that the origin gets, without Via and CDN-Loop."""
    asked = upstream_request(Request(method=method, path="/x", fields=Fields(lines), body=body), route)
    forwarded = forwarded_request(asked, route, "brine", (), lambda _: DOOR)
    got = [line for line in forwarded.fields if line[0] not in {"via", "cdn-loop"}]
    return sorted(got, key=USER_AGENT.__eq__)


def test_a_cacheable_request_carries_what_is_the_same_for_all_clients() -> None:
    assert sent(ROUTE) == [("x-forwarded-prefix", "/shop"), USER_AGENT]
    assert sent(AT_URL) == [
        ("x-forwarded-prefix", "/v1/shop"),
        ("x-forwarded-host", "api.example"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=unknown;host=api.example;proto=https"),
        USER_AGENT,
    ]


def test_any_other_request_carries_the_client_too() -> None:
    assert sent(ROUTE, "POST") == [
        ("x-forwarded-prefix", "/prod/shop"),
        ("x-forwarded-for", "192.0.2.7"),
        ("x-forwarded-host", "127.0.0.1:3000"),
        ("x-forwarded-proto", "http"),
        ("forwarded", 'for=192.0.2.7;host="127.0.0.1:3000";proto=http'),
        USER_AGENT,
    ]
    assert ("x-forwarded-for", "192.0.2.7") in sent(ROUTE, "GET", body=b"x")
    assert ("x-forwarded-host", "api.example") in sent(AT_URL, "POST")


def test_an_ipv6_client_is_quoted() -> None:
    asked = Request(method="POST", path="/x")
    forwarded = forwarded_request(asked, AT_URL, "brine", (), lambda _: FrontDoor(DOOR.address, "2001:db8::1"))
    assert forwarded.fields.get("forwarded") == 'for="[2001:db8::1]";host=api.example;proto=https'
    assert forwarded.fields.get("x-forwarded-for") == "2001:db8::1"


@pytest.mark.parametrize("forward_headers", ["all", Policy().forward_headers])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_no_client_writes_them_unless_the_route_trusts_it(method: str, forward_headers: object) -> None:
    route = replace(AT_URL, policy=Policy(forward_headers=forward_headers))  # type: ignore[arg-type]
    assert sent(route, method, *LIES) == sent(route, method)


def test_a_route_that_trusts_a_proxy_passes_its_fields_on() -> None:
    trusting = replace(ROUTE, trust_forwarded=True)
    got = sent(trusting, "POST", *LIES)
    ours = ("forwarded", 'for=192.0.2.7;host="127.0.0.1:3000";proto=http')
    assert got == [*LIES, ours, USER_AGENT]
    assert sent(trusting, "GET", *LIES) == sent(trusting)  # the response answers other clients too
    keyed = replace(trusting, policy=Policy(key_headers=frozenset({"x-forwarded-host"})))
    assert ("x-forwarded-host", "evil.test") in sent(keyed, "GET", *LIES)


def test_functions_and_internal_routes_have_no_public_address() -> None:
    internal = replace(ROUTE, prefix="", internal=True)
    of_code = replace(ROUTE, origin=OriginAddress("function", "f", 0))
    assert sent(internal, "POST") == [USER_AGENT]
    assert sent(of_code, "POST") == []


def test_the_clients_user_agent_is_sent_where_it_is_forwarded() -> None:
    curl = ("user-agent", "curl/8")
    assert curl in sent(ROUTE, "POST", curl)
    assert curl in sent(replace(ROUTE, policy=Policy(key_headers=frozenset({"user-agent"}))), "GET", curl)
    assert sent(ROUTE, "GET", curl)[-1] == USER_AGENT


def test_the_public_host_is_sent_where_the_route_says_so() -> None:
    assert sent(replace(AT_URL, preserve_host=True), "GET", ("host", "evil.test"))[-2] == ("host", "api.example")
    assert not [line for line in sent(AT_URL, "GET", ("host", "evil.test")) if line[0] == "host"]


@pytest.mark.parametrize("text", ["api.example", "api.example:8443", "127.0.0.1:3000", "[::1]:80", "a_b.test"])
def test_hosts(text: str) -> None:
    assert valid_authority(text) == text


@pytest.mark.parametrize("text", ["", "a b", "a/b", "a@b", "a,b", "[::1", "a:port", 'a"b', ":80", "a\\b", "-a", "a\n"])
def test_no_hosts(text: str) -> None:
    assert valid_authority(text) == ""
