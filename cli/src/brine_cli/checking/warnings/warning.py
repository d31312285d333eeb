"""A warning about a route, and the facts about the project that the rules for warnings use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from brine_cli.checking.configuration.readers import ReadRoute
    from brine_cli.template.event_sources import ApiRoute

    type RouteRule = Callable[[ReadRoute, Surroundings], Iterator[Warned]]
    type RoutesRule = Callable[[Sequence[ReadRoute], Surroundings], Iterator[Warned]]

DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The facts in the template about the functions that have the routes.

    api_routes: of the HTTP API that leads to the routes. gateways: the functions with the routes. authorizer_of:
    returns the authorizer of a path, NONE without one, and None if it is unknown. function_timeout: in seconds, the
    least of the functions. body_days: after how many days the bucket deletes bodies.
    """

    api_routes: tuple[ApiRoute, ...] | None = None
    gateways: frozenset[str] = frozenset()
    authorizer_of: Callable[[str], str | None] = lambda _: None
    function_timeout: float | None = None
    body_days: float | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning about a key of a route. keys: from the table of the route to the key."""

    code: str
    one: ReadRoute
    keys: tuple[str | int, ...]
    message: str
    remedy: str
    is_key: bool = False

    @property
    def given(self) -> str:
        """The key and its value, without those of tables."""
        value: object = self.one.table
        for key in self.keys:
            value = value.get(key) if isinstance(value, dict) else value
        name = ".".join(str(key) for key in self.keys if isinstance(key, str))
        if not name or isinstance(value, dict | list) or value is None or self.is_key:
            return name
        return f"{name} = {json.dumps(value, ensure_ascii=False, default=str)}"


def shown_duration(seconds: float) -> str:
    """Return a duration as the files have it, such as 5m."""
    for unit, size in (("d", DAY), ("h", 3600.0), ("m", 60.0)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"
