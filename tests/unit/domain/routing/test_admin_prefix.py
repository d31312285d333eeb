"""No route of the gateway covers the path of the admin API."""

from __future__ import annotations

import pytest

from brine.adapters.config.routes import parse_routes

ROOT = '[[route]]\nname = "root"\nprefix = "/"\norigin = "https://one.test"\n'
OTHER = '[[route]]\nname = "other"\nprefix = "/other"\norigin = "https://two.test"\n'


@pytest.mark.parametrize("path", ["/_brine", "/_brine/", "/_brine/purge", "/_brine/a/b"])
def test_a_route_for_every_path_leaves_it_out(path: str) -> None:
    assert parse_routes(ROOT, {}).match(path) is None


@pytest.mark.parametrize("path", ["/", "/_brin", "/_briney", "/a/_brine/purge", "/_BRINE"])
def test_other_paths_have_their_route(path: str) -> None:
    route = parse_routes(ROOT, {}).match(path)
    assert (route and route.name) == "root"


def test_a_lenient_reading_of_it_belongs_to_no_route() -> None:
    routes = parse_routes(ROOT + OTHER, {})
    for route in routes:
        assert not routes.owns_lenient_path(route, "/_brine/purge")
