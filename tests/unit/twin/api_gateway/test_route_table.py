"""The most specific route wins, as in API Gateway."""

from __future__ import annotations

import pytest

from brine_cli.api_gateway.route_table import RouteTable
from brine_cli.template.event_sources import ApiRoute

TABLE = RouteTable(
    ApiRoute(method=method, path=path, function=f"{method} {path}")
    for method, path in [
        ("ANY", None),
        ("ANY", "/{proxy+}"),
        ("GET", "/pets"),
        ("ANY", "/pets"),
        ("GET", "/pets/{pet}"),
        ("GET", "/pets/dog-1.x"),
        ("GET", "/pets/{proxy+}"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/pets", "GET /pets", {}),
        ("BREW", "/pets", "ANY /pets", {}),
        ("GET", "/pets/6", "GET /pets/{pet}", {"pet": "6"}),
        ("GET", "/pets/dog-1.x", "GET /pets/dog-1.x", {}),
        ("GET", "/pets/dog-1yx", "GET /pets/{pet}", {"pet": "dog-1yx"}),
        ("GET", "/pets/6/toys", "GET /pets/{proxy+}", {"proxy": "6/toys"}),
        ("PUT", "/pets/6/toys", "ANY /{proxy+}", {"proxy": "pets/6/toys"}),
        ("GET", "/two\nlines", "ANY /{proxy+}", {"proxy": "two\nlines"}),
        ("GET", "/", "$default", {}),
    ],
)
def test_the_most_specific_route_wins(method: str, path: str, key: str, parameters: dict[str, str]) -> None:
    match = TABLE.match(method, path)
    assert match is not None
    assert (match.route.key, match.parameters) == (key, parameters)


def test_no_route() -> None:
    table = RouteTable([ApiRoute(method="GET", path="/pets", function="f")])
    assert table.match("POST", "/pets") is None
    assert table.match("GET", "/pets/") is None
