"""Hints for routes of routes.toml that no client reaches, because a function of the template has their paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.api_gateway.route_table import RouteTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set

    from brine.domain.routing.route import Route
    from brine_cli.template.event_sources import ApiRoute


def covered_routes(routes: Iterable[Route], api_routes: Iterable[ApiRoute], gateways: Set[str]) -> Iterator[str]:
    """Yield a hint for each route with paths that API Gateway sends to another function than `gateways`."""
    table = RouteTable(api_routes)
    for route in routes:
        if route.internal:
            continue
        found = table.match("GET", f"{route.prefix.rstrip('/')}/7")
        if found is not None and found.route.function not in gateways:
            yield (
                f'requests for the route "{route.name}" do not reach the gateway: the template sends '
                f"{found.route.key} to {found.route.function}. Choose another prefix than {route.prefix}, or another "
                "template with --template."
            )
