"""Routes: the origin of a path, and the settings for its requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.compression.compressible import Compression
from brine.domain.resilience.circuit import CircuitBreaker
from brine.domain.resilience.retries import DEFAULT_RETRIES
from brine.domain.routing.paths import lenient_path
from brine.domain.routing.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.credentials.description import OriginCredentials
    from brine.domain.resilience.budget import OriginBudget
    from brine.domain.routing.front_door import PublicAddress
    from brine.domain.routing.origin import OriginAddress
    from brine.domain.routing.patterns import PathPattern
    from brine.domain.routing.transcoding import Transcoding

type LargeBodies = Literal["refuse", "redirect"]

ADMIN_PREFIX: Final = "/_brine"
"""The path of the admin API. No prefix of a route covers it or a path below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRule:
    """The query parameters that are forwarded.

    Names in `drop` may end in `*`. Without `keep`, all parameters are forwarded except those in `drop`.
    """

    keep: frozenset[str] | None = None
    drop: tuple[str, ...] = ()
    sort: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryBody:
    """The handling of the content of queries by content.

    normalise: "json" sends JSON to the origin in canonical form, which is also the form in the key. max_bytes: the
    largest content in a key; a query with more is forwarded and its response is not stored. in_refresh_requests:
    whether refresh requests may hold the content, where operators can read it.
    """

    normalise: Literal["json"] | None = None
    max_bytes: int = 65_536
    in_refresh_requests: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A path prefix and the origin behind it. `base_path` has no "/" at its end; `timeout` is seconds.

    large_bodies: how a stored body that no answer can carry is handled. redirect: the client gets a link to it; anyone
    with the link can read the body until the link expires.
    compress: the responses that clients get compressed, if they accept that and the origin did not; None for none.
    `tenant`: where to read the tenant of a request (brine.domain.routing.tenant); without it, the route has no tenants.
    `transcoding`: the formats to convert between; without it, content passes unchanged.
    `internal`: only functions of this process can fetch from it; no client can. `pattern`: the paths of a function's
    route, which has the rule as its prefix. `namespace`: begins the keys of its responses, so that a role can be
    confined to them. `hooks`: the names of hooks, as module:function, by their kind.
    `query_methods`: the methods, besides QUERY, of queries by content (brine.domain.queries.as_query).
    `retries`: how often the gateway may repeat a request to the origin. `circuit_breaker`: None for none.
    `origin_budget`: how many requests all environments together may send to the origin; None for no limit.
    `public_url`: where clients reach the gateway; without it, only the request of a client says so. `map_addresses`:
    whether answers have public addresses instead of those of the origin. `preserve_host`: whether the origin gets the
    public host as Host. `trust_forwarded`: whether to believe the client's own Forwarded and X-Forwarded fields.
    `cache_preflights`: whether the origin's answers to preflights of browsers are stored.
    `credentials`: what proves to the origin that the gateway may ask; None if only clients have credentials.
    """

    name: str
    prefix: str
    origin: OriginAddress
    base_path: str = ""
    query: QueryRule = field(default_factory=QueryRule)
    query_methods: frozenset[str] = frozenset()
    query_body: QueryBody = field(default_factory=QueryBody)
    timeout: float = 20.0
    retries: int = DEFAULT_RETRIES
    circuit_breaker: CircuitBreaker | None = field(default_factory=CircuitBreaker)
    origin_budget: OriginBudget | None = None
    max_request_body: int | None = None
    large_bodies: LargeBodies = "refuse"
    compress: Compression | None = field(default_factory=Compression)
    tenant: str | None = None
    transcoding: Transcoding | None = None
    internal: bool = False
    pattern: PathPattern | None = None
    namespace: str = ""
    hooks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    public_url: PublicAddress | None = None
    map_addresses: bool = True
    preserve_host: bool = False
    trust_forwarded: bool = False
    cache_preflights: bool = False
    credentials: OriginCredentials | None = None
    policy: Policy = field(default_factory=Policy)

    @property
    def shows_public_host(self) -> bool:
        """Whether the gateway tells the origin the public host, so that the origin may make URLs with it."""
        return self.public_url is not None


class _ByPrefix[T]:
    """Values by path prefix. A prefix covers a path that is the prefix or is under it, at a "/"."""

    __slots__ = ("_longest", "_values")

    def __init__(self, values: dict[str, T]) -> None:
        self._values = values
        self._longest = max(map(len, values), default=0)

    def longest_covering(self, path: str) -> T | None:
        """Return the value of the longest prefix that covers a path. The cost does not grow with the path."""
        if not path.startswith("/"):
            return None
        prefix = path if len(path) <= self._longest else path[: path.rfind("/", 0, self._longest + 1)]
        while prefix and prefix not in self._values:
            prefix = prefix[: prefix.rfind("/")]
        return self._values.get(prefix or "/")


class Routes:
    """The routes of a gateway. A function's pattern wins over a prefix, and the longest prefix over a shorter one.

    Of several patterns, one without arguments wins, then the first.
    """

    __slots__ = ("_by_lenient_prefix", "_by_name", "_by_prefix", "_patterns", "_routes")

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._routes = tuple(sorted(routes, key=lambda route: len(route.prefix), reverse=True))
        self._by_name = {route.name: route for route in routes}
        patterns = [(route.pattern, route) for route in routes if route.pattern is not None]
        self._patterns = sorted(patterns, key=lambda one: len(one[0].names) > 0)
        lenient: dict[str, set[str]] = {ADMIN_PREFIX: set()}
        by_prefix = [route for route in routes if not route.internal and route.pattern is None]
        for route in by_prefix:
            lenient.setdefault(lenient_path(route.prefix) or route.prefix, set()).add(route.name)
        self._by_prefix: _ByPrefix[Route | None] = _ByPrefix(
            {**{route.prefix: route for route in reversed(by_prefix)}, ADMIN_PREFIX: None}
        )
        self._by_lenient_prefix = _ByPrefix(lenient)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def is_confined(self, route: Route) -> bool:
        """Return whether a path of this route must not leave it: there is a route or a path outside it."""
        if route.pattern is not None:
            return False  # no other server reads the path
        return len(self._routes) > 1 or route.prefix != "/" or route.base_path != ""

    def match(self, path: str) -> Route | None:
        """Return the route of a raw (percent-encoded) request path, or None."""
        for pattern, route in self._patterns:
            if pattern.covers(path):
                return route
        return self._by_prefix.longest_covering(path)

    def named(self, name: str) -> Route | None:
        """Return the route of this name, internal ones included, or None."""
        return self._by_name.get(name)

    def owns_lenient_path(self, route: Route, read: str) -> bool:
        """Return whether the most lenient server's reading of a path belongs to `route`.

        See brine.domain.routing.paths. Prefixes that differ only in case, for example, have the same reading; such a
        path then belongs to each of these routes.
        """
        if route.internal:
            return True  # the path comes from a function, and the route has no other path
        owners = self._by_lenient_prefix.longest_covering(read)
        return owners is not None and route.name in owners
