"""Hints for routes that a function of the template covers."""

from __future__ import annotations

import pytest

from brine.adapters.config.routes import parse_routes
from brine_cli.covered_routes import covered_routes
from brine_cli.template.event_sources import ApiRoute

API = (
    ApiRoute(method="ANY", path="/shop/{proxy+}", function="Shop"),
    ApiRoute(method="ANY", path="/report", function="Report"),
    ApiRoute(method="POST", path="/orders/{proxy+}", function="Orders"),
    ApiRoute(method="ANY", path="/signed/{proxy+}", function="Gateway"),
    ApiRoute(method="ANY", path=None, function="Gateway"),
)


def hints(line: str) -> list[str]:
    routes = parse_routes(f'[[route]]\nname = "mine"\norigin = "http://a"\n{line}\n', {})
    return list(covered_routes(routes, API, {"Gateway"}))


def test_a_route_below_the_paths_of_a_function_is_named_with_both_and_a_remedy() -> None:
    (hint,) = hints('prefix = "/shop/v1"')
    assert hint == (
        'requests for the route "mine" do not reach the gateway: the template sends ANY /shop/{proxy+} to Shop. '
        "Choose another prefix than /shop/v1, or another template with --template."
    )


@pytest.mark.parametrize("prefix", ["/", "/shopping", "/report", "/orders", "/signed", "/other"])
def test_a_route_that_clients_reach_gets_no_hint(prefix: str) -> None:
    assert hints(f'prefix = "{prefix}"') == []


def test_a_route_for_functions_alone_gets_no_hint() -> None:
    assert hints("internal = true") == []
