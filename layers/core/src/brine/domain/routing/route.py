"""Routes: which origin a path belongs to, and what the route settles about its requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from brine.domain.resilience.circuit import CircuitBreaker
from brine.domain.resilience.retries import DEFAULT_RETRIES
from brine.domain.routing.paths import reading
from brine.domain.routing.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.routing.origin import OriginAddress
    from brine.domain.routing.transcoding import Transcoding

type LargeBodies = Literal["refuse", "redirect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRule:
    """Which query parameters go upstream. Names in `drop` may end in `*`; without `keep`, all that is not dropped."""

    keep: frozenset[str] | None = None
    drop: tuple[str, ...] = ()
    sort: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A path prefix and the origin behind it. `base_path` has no "/" at its end; `timeout` is seconds.

    large_bodies: what becomes of a stored body that no answer can carry. redirect: the client gets a link to it, which
    is good for a short while for whoever has it.
    `tenant` says where the tenant of a request is read (brine.domain.routing.tenant); without it, nobody has one.
    `transcoding`: the formats between which it converts; without it, content passes as it is.
    `retries`: how many times more the origin may be asked for one request. `circuit_breaker`: None for none.
    """

    name: str
    prefix: str
    origin: OriginAddress
    base_path: str = ""
    query: QueryRule = field(default_factory=QueryRule)
    timeout: float = 20.0
    retries: int = DEFAULT_RETRIES
    circuit_breaker: CircuitBreaker | None = field(default_factory=CircuitBreaker)
    max_request_body: int | None = None
    large_bodies: LargeBodies = "refuse"
    tenant: str | None = None
    transcoding: Transcoding | None = None
    policy: Policy = field(default_factory=Policy)

    def covers(self, path: str) -> bool:
        """Whether `path` is the prefix or lies under it, at a "/"."""
        return is_under(path, self.prefix)


def is_under(path: str, prefix: str) -> bool:
    """Return whether `path` is the prefix or lies under it, at a "/"."""
    return path.startswith(prefix) and (prefix == "/" or len(path) == len(prefix) or path[len(prefix)] == "/")


class Routes:
    """The routes of a gateway; the longest prefix that covers a path wins."""

    __slots__ = ("_by_length", "_read")

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._by_length = tuple(sorted(routes, key=lambda route: len(route.prefix), reverse=True))
        read = [(reading(route.prefix) or route.prefix, route) for route in routes]
        self._read = sorted(read, key=lambda one: len(one[0]), reverse=True)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._by_length)

    def confines(self, route: Route) -> bool:
        """Whether a path of this route must not climb: there is something beside it or above it to climb into."""
        return len(self._by_length) > 1 or route.prefix != "/" or route.base_path != ""

    def match(self, path: str) -> Route | None:
        """The route of a raw (percent-encoded) request path, or None."""
        for route in self._by_length:
            if route.covers(path):
                return route
        return None

    def reads_as(self, route: Route, read: str) -> bool:
        """Whether a path that the most lenient server reads so (brine.domain.routing.paths) is one of `route`.

        Prefixes that differ only in case, say, read the same; such a path is then one of either.
        """
        covering = [(prefix, one) for prefix, one in self._read if is_under(read, prefix)]
        return any(one is route and prefix == covering[0][0] for prefix, one in covering)
