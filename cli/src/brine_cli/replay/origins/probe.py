"""Fetches samples from origins: a few of the most requested targets of a log, one after the other, with pauses.

Each sample is fetched once and kept in a file. The request is that of a client without fields, by GET. Credentials that
a route has for its origin are not sent.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, Protocol
from urllib.parse import urlsplit

from brine.domain.http.messages import Request
from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine.domain.routing.target import BadTargetError, upstream_target
from brine.domain.routing.upstream import forwarded_request
from brine.errors import BrineError
from brine.ports.deadline import Deadline
from brine_cli.errors import CommandError
from brine_cli.replay.origins.samples import OriginSample, kept_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from brine.domain.http.messages import Response
    from brine.domain.routing.route import Route, Routes
    from brine_cli.replay.origins.samples import Samples
    from brine_cli.replay.rows import Row

PAUSE: Final = 0.2
"""Seconds between two requests."""
FAILURES: Final = 3
"""Requests that fail one after the other until an origin gets no more."""
ALL: Final = "all"
NAME: Final = "brine-replay"


class ProbedOrigin(Protocol):
    """The Origin port."""

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        """Return the response. Raises OriginError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlan:
    """The samples to fetch. `what`: names of routes, ALL, or the URL of an origin. `most`: targets per route."""

    what: tuple[str, ...]
    most: int = 20


def probed_routes(plan: ProbePlan, routes: Routes) -> list[Route]:
    """Return the routes to fetch from, with their origins. Raises CommandError."""
    found = [route for route in routes if not route.internal and not route.origin.is_function]
    url = next((one for one in plan.what if "://" in one), None)
    if url is not None:
        address, base_path = _address(url)
        return [replace(route, origin=address, base_path=base_path) for route in found]
    if ALL in plan.what:
        return found
    names = {route.name for route in found}
    for name in plan.what:
        if name not in names:
            raise CommandError(
                f"--probe {name}: A has no route of this name. Write {', '.join(sorted(names))}, all, or a URL."
            )
    return [route for route in found if route.name in plan.what]


def popular_targets(parts: Iterable[Sequence[Row]], probed: Sequence[Route], routes: Routes, most: int) -> list[str]:
    """Return the most requested targets of each route that a GET of the log found."""
    counts: dict[str, Counter[str]] = {route.name: Counter() for route in probed}
    for rows in parts:
        found = Counter(row[2] for row in rows if row[1] == "GET" and row[3] in {200, 304})
        for target, count in found.items():
            route = routes.match(target.partition("?")[0])
            if route is not None and route.name in counts:
                counts[route.name][target] += count
    return [target for of_route in counts.values() for target, _ in of_route.most_common(most)]


def probe(
    targets: Sequence[str],
    probed: Sequence[Route],
    routes: Routes,
    samples: Samples,
    *,
    origin: ProbedOrigin,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    told: Callable[[int], None] = lambda _: None,
) -> None:
    """Add a sample of each target that has none. told: called after each target. Raises CommandError."""
    by_name = {route.name: route for route in probed}
    failures = 0
    for target in targets:
        matched = routes.match(target.partition("?")[0])
        if matched is None or target in samples.by_target:
            told(1)
            continue
        route = by_name[matched.name]
        began = clock()
        try:
            response = origin.fetch(
                route.origin, _request(routes, matched, route, target), Deadline(began + route.timeout, clock)
            )
        except BadTargetError:
            continue
        except BrineError as error:
            failures += 1
            if failures >= FAILURES:
                raise CommandError(
                    f"--probe: the origin of the route {route.name} does not answer {target}: {error}. Check its "
                    f"address, {route.origin}, or give another one as --probe URL."
                ) from None
        else:
            failures = 0
            samples.by_target[target] = OriginSample(
                response.status, kept_fields(response.fields.lines), len(response.body), clock() - began
            )
        told(1)
        sleep(PAUSE)


def _request(routes: Routes, matched: Route, route: Route, target: str) -> Request:
    """Return the request for the origin. Raises BadTargetError."""
    path, mark, query = target.partition("?")
    wanted = Request(method="GET", path=path, query=query if mark else None)
    upstream_path, upstream_query = upstream_target(routes, matched, wanted)
    if route.base_path != matched.base_path:
        upstream_path = route.base_path + upstream_path.removeprefix(matched.base_path)
    return forwarded_request(replace(wanted, path=upstream_path, query=upstream_query), route, NAME)


def _address(url: str) -> tuple[OriginAddress, str]:
    """Return the address in a URL and its path. Raises CommandError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"--probe {url}: no http or https URL with a host. Write one, or the name of a route.")
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    return OriginAddress(scheme, parts.hostname, parts.port or DEFAULT_PORTS[scheme]), parts.path.rstrip("/")
