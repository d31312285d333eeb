"""The choice of a route of an HTTP API, as API Gateway does it.

The most specific route wins: a full match before a greedy one, a literal segment before a variable, a method before
ANY. `$default` is the last. (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brine_cli.template.event_sources import ApiRoute

_VARIABLE = re.compile(r"\\\{(\w+)(\\\+)?\\\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMatch:
    """A route and the values of its path variables."""

    route: ApiRoute
    parameters: Mapping[str, str]


class RouteTable:
    """The routes of one API, most specific first."""

    def __init__(self, routes: Iterable[ApiRoute]) -> None:
        self._routes = [(route, _pattern(route)) for route in sorted(routes, key=_specificity)]

    @property
    def keys(self) -> list[str]:
        """The keys of the routes, such as `GET /orders/{id}`, most specific first."""
        return [route.key for route, _ in self._routes]

    def match(self, method: str, path: str) -> RouteMatch | None:
        """Return the route for a request, or None if API Gateway would answer 404. `path` is decoded."""
        for route, pattern in self._routes:
            if route.method in {"ANY", method} and (found := pattern.fullmatch(path)):
                return RouteMatch(route=route, parameters=found.groupdict())
        return None


def _pattern(route: ApiRoute) -> re.Pattern[str]:
    if route.path is None:
        return re.compile(".*", re.DOTALL)
    segment = _VARIABLE.sub(lambda found: f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})", re.escape(route.path))
    return re.compile(segment, re.DOTALL)


def _specificity(route: ApiRoute) -> tuple[bool, bool, int, int, bool]:
    path = route.path or ""
    variables = path.count("{")
    return route.path is None, "+}" in path, variables, -path.count("/"), route.method == "ANY"
