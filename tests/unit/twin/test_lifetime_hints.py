"""Hints for routes with origins that give no lifetime."""

from __future__ import annotations

import pytest

from brine.adapters.config.routes import parse_routes
from brine_cli.http.messages import HttpRequest, HttpResponse
from brine_cli.lifetime_hints import LifetimeHints
from brine_cli.single_route import single_route

ROUTES = """
[[route]]
name = "orders"
prefix = "/orders"
origin = "http://a"
[[route]]
name = "stock"
prefix = "/stock"
origin = "http://b"
"""
MISS = b"brine; fwd=uri-miss; fwd-status=200; detail=no-freshness"


def answer(status: bytes = MISS, *headers: tuple[bytes, bytes]) -> HttpResponse:
    return HttpResponse(status=200, headers=((b"cache-status", status), *headers))


def asking(path: str, method: str = "GET") -> HttpRequest:
    return HttpRequest(method=method, target=path.encode(), headers=(), body=b"", client="127.0.0.1")


def test_each_route_is_reported_once_with_the_line_to_write() -> None:
    said: list[str] = []
    hints = LifetimeHints(parse_routes(ROUTES, {}), said.append)
    for path in ("/orders/1", "/orders/2?a=b", "/stock", "/elsewhere", "/stock/1"):
        hints(asking(path), answer())
    assert [line.split('"')[1] for line in said] == ["orders", "stock"]
    assert 'Write freshness_lifetime = "60s" into the route "orders"' in said[0]


def test_for_the_origin_of_an_option_the_option_is_named() -> None:
    said: list[str] = []
    LifetimeHints(parse_routes(single_route("http://a", {}), {}), said.append, is_origin=True)(asking("/"), answer())
    assert "--freshness 60s" in said[0]


@pytest.mark.parametrize(
    "response",
    [
        answer(b"brine; hit; ttl=60"),
        answer(b"brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"),
        answer(b"brine; fwd=uri-miss; fwd-status=404; detail=no-freshness"),
        answer(b"brine; fwd=bypass; fwd-status=200"),
        answer(b"brine; fwd=uri-miss; fwd-status=200; detail=set-cookie"),
        answer(MISS, (b"cache-control", b"no-store")),
        answer(MISS, (b"expires", b"0")),
        answer(MISS, (b"last-modified", b"Fri, 31 Dec 2100 00:00:00 GMT")),
        HttpResponse(status=200),
    ],
)
def test_a_response_that_says_something_is_not_reported(response: HttpResponse) -> None:
    said: list[str] = []
    hints = LifetimeHints(parse_routes(ROUTES, {}), said.append)
    hints(asking("/orders"), response)
    hints(asking("/orders", "POST"), answer())
    assert said == []


def test_a_route_with_a_lifetime_is_not_reported() -> None:
    said: list[str] = []
    hints = LifetimeHints(parse_routes(f'{ROUTES}freshness_lifetime = "30s"', {}), said.append)
    hints(asking("/stock"), answer())
    assert said == []


def test_a_response_that_is_stored_only_for_errors_is_reported() -> None:
    said: list[str] = []
    hints = LifetimeHints(parse_routes(ROUTES, {}), said.append)
    hints(asking("/orders"), answer(b"brine; fwd=uri-miss; fwd-status=200; stored; ttl=0"))
    assert len(said) == 1
