from __future__ import annotations

import pytest

from brine.adapters.config.code_routes import code_route
from brine.adapters.config.routes import parse_routes
from brine.domain.http.messages import Request
from brine.domain.routing.public_target import public_target
from brine.domain.routing.target import upstream_target

ROUTES = parse_routes(
    """
[[route]]
name = "root"
prefix = "/"
origin = "http://origin.test"
[[route]]
name = "plain"
prefix = "/plain"
origin = "http://origin.test"
[[route]]
name = "based"
prefix = "/based"
origin = "http://origin.test/v1/base"
query = { drop = ["utm_*"], sort = true }
[[route]]
name = "deep"
prefix = "/plain/deep"
origin = "http://origin.test/deep"
""",
    {},
)
PATHS = ["", "/", "/x", "/x/", "/x//y", "/%2Fx", "/plain", "/v1/base", "/x;a=b"]
QUERIES = [None, "", "a=1", "b=2&a=1&utm_x=3", "a=?"]


@pytest.mark.parametrize("prefix", ["", "/plain", "/based", "/plain/deep"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", QUERIES)
def test_it_leads_to_the_same_target(prefix: str, path: str, query: str | None) -> None:
    asked = Request(method="GET", path=prefix + path or "/", query=query)
    route = ROUTES.match(asked.path)
    assert route is not None
    first = upstream(asked)
    public = public_target(route, first)
    assert public is not None
    again = Request(
        method="GET", path=public.partition("?")[0], query=public.partition("?")[2] if "?" in public else None
    )
    assert (ROUTES.match(again.path), upstream(again)) == (route, first)


def upstream(request: Request) -> str:
    """The target at the origin."""
    route = ROUTES.match(request.path)
    assert route is not None
    path, query = upstream_target(ROUTES, route, request)
    return Request(method="GET", path=path, query=query).target


def test_a_function_gets_the_target_of_the_client() -> None:
    route = code_route("/shop/<customer>", "dashboard", {}, source="the tests")
    assert public_target(route, "/shop/7?a=1") == "/shop/7?a=1"


@pytest.mark.parametrize("target", ["/v1", "/v1/bases", "/other"])
def test_a_target_outside_of_the_base_has_no_public_one(target: str) -> None:
    route = ROUTES.named("based")
    assert route is not None
    assert public_target(route, target) is None


def test_a_part_that_no_client_can_request_has_none() -> None:
    (route,) = parse_routes('[[route]]\nname = "a"\norigin = "http://a.test"\ninternal = true\n', {})
    assert public_target(route, "/x") is None
