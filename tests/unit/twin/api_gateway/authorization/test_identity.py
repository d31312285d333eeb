"""An identity source selects a part of a request."""

from __future__ import annotations

import pytest

from brine_cli.api_gateway.authorization.identity import identity_value

EVENT = {
    "headers": {"authorization": "Bearer x", "x-empty": ""},
    "cookies": ["a=1", "b=2"],
    "queryStringParameters": {"shop": "acme", "Shop": "other"},
    "requestContext": {
        "routeKey": "GET /orders",
        "http": {"method": "GET", "path": "/orders", "sourceIp": "127.0.0.1", "userAgent": "curl"},
    },
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("$request.header.Authorization", "Bearer x"),
        ("$request.header.cookie", "a=1; b=2"),
        ("$request.header.X-Empty", None),
        ("$request.header.Missing", None),
        ("$request.querystring.shop", "acme"),
        ("$request.querystring.SHOP", None),
        ("$context.routeKey", "GET /orders"),
        ("$context.identity.sourceIp", "127.0.0.1"),
        ("$context.httpMethod", "GET"),
        ("$context.unknown", None),
        ("$stageVariables.a", None),
    ],
)
def test_the_value_of_a_source(source: str, value: str | None) -> None:
    assert identity_value(source, EVENT) == value
