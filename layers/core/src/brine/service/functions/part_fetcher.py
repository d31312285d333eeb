"""Fetches the parts of one response for `fetch` and for `fetch` of coroutines, and records them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypedDict

from brine.domain.caching.combine import part_limits
from brine.domain.purging.invalidation import SAFE_METHODS
from brine.domain.routing.tenant import NO_TENANT
from brine.errors import FunctionMistake, PartFailed
from brine.service.functions.fetched_parts import FetchedParts
from brine.service.functions.part import NO_FALLBACK, Part, shareable_fields
from brine.service.functions.part_request import part_request
from brine.service.functions.part_threads import PartThreads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from brine.domain.http.messages import Response
    from brine.domain.routing.route import Route
    from brine.ports.deadline import Deadline
    from brine.service.functions.fetched_parts import RequestedPart
    from brine.service.functions.parts_gateway import PartsGateway
    from brine.service.transaction import Transaction

OPTIONAL_SHARE: Final = 0.85
"""The share of the parts' time that an optional part gets, so that its fallback is still in time."""


PartOptions = TypedDict(
    "PartOptions",
    {
        "or": object,
        "query": "Mapping[str, object]",
        "headers": "Mapping[str, str]",
        "method": str,
        "content": object,
    },
    total=False,
)
"""Options of a part in `fetch.all`. `or` makes the part optional: it is the fallback of a part that failed."""

type PartSpec = tuple[str, str] | tuple[str, str, PartOptions]
"""A part in `fetch.all`: the name of its route, the path below the route's origin, and options."""


@dataclass(slots=True)
class PartFetcher:
    """Fetches the parts of `whole` from the routes of a gateway until a deadline. `parts`: the record of them."""

    gateway: PartsGateway
    whole: Transaction
    deadline: Deadline
    clock: Callable[[], float]
    threads: PartThreads = field(default_factory=PartThreads.of_request)
    parts: FetchedParts = field(init=False)

    def __post_init__(self) -> None:
        self.parts = FetchedParts(self.clock)

    @property
    def tenant(self) -> str:
        """The tenant of the request, "" on a route without tenants."""
        return self.whole.resource.tenant

    def one(self, part: RequestedPart, path: str, otherwise: object, **request: Any) -> Part:
        """Return the response of a part that was requested. `request`: the other arguments and errors of a call."""
        try:
            self.parts.begin(part)
            return self._fetched(part, path, otherwise, **request)
        except PartFailed as error:
            self.parts.fail(part, status=error.status, cause=error.reason)
            if otherwise is NO_FALLBACK:
                raise
            return Part(part.route, "failed", None, _undecoded, otherwise)
        finally:
            self.parts.fail(part)  # any other error, unless it has an outcome

    def several(self, requested: Sequence[RequestedPart], specs: Sequence[PartSpec]) -> tuple[Part, ...]:
        """Return the responses of parts that were requested with these tuples."""
        calls = [partial(self._from_spec, part, spec) for part, spec in zip(requested, specs, strict=True)]
        try:
            return tuple(self.threads.results(calls))
        finally:
            for part in requested:
                self.parts.skip(part)

    def _from_spec(self, part: RequestedPart, spec: PartSpec) -> Part:
        options: dict[str, Any] = dict(spec[2]) if len(spec) == 3 else {}
        otherwise = options.pop("or", NO_FALLBACK)
        return self.one(part, spec[1], otherwise, **options)

    def _fetched(self, part: RequestedPart, path: str, otherwise: object, **request: Any) -> Part:
        name, route = part.route, self._route(part.route)
        asked = part_request(route, path, self.whole.request, self.tenant, **request)
        remaining = self.deadline.remaining() * (1.0 if otherwise is NO_FALLBACK else OPTIONAL_SHARE)
        deadline = self.deadline.within(remaining)
        with self.threads.shared():
            answer, transaction = self.gateway.serve_part(route, asked, self.whole, deadline)
            self.parts.faults.extend(answer.faults)
        response = answer.response
        if answer.problem is not None or response.status >= 500 or response.status == 429:
            said = answer.problem or f"it answered {response.status}"
            if answer.cause is not None:
                said = f"{said} ({answer.cause})"
            raise PartFailed(name, said, status=response.status)
        now = self.clock()
        limits = part_limits(
            answer.source,
            response,
            transaction.resource,
            route.policy,
            transaction.request,
            now=now,
            served_stale=answer.result == "stale",
        )
        self.parts.succeed(part, limits, answer.result, response.status)
        target, shown = transaction.request.target, response
        if self.whole.request.method in SAFE_METHODS:
            shown = replace(response, fields=shareable_fields(response.fields))
        return Part(name, answer.result, shown, lambda _: self._decoded(route, response, target), otherwise)

    def _decoded(self, route: Route, response: Response, target: str) -> Any:
        try:
            return self.gateway.decoded(route, response, target)
        except PartFailed:
            self.parts.spoil(route.name)
            raise

    def _route(self, name: str) -> Route:
        route = self.gateway.route(name)
        if route is None:
            known = ", ".join(sorted(self.gateway.route_names)) or "none"
            raise FunctionMistake(f'no route has the name "{name}". The routes are: {known}.')
        chain = (*self.whole.ancestors, self.whole.route.name)
        if name in chain:
            raise FunctionMistake(f"a function cannot fetch itself: {' -> '.join((*chain, name))}")
        if route.tenant is not None and (route.tenant != self.whole.route.tenant or self.tenant == NO_TENANT):
            raise FunctionMistake(
                f'the route "{name}" keeps tenants apart by {route.tenant}, and "{chain[-1]}" does not: write '
                f'tenant="{route.tenant}" in its decorator'
            )
        return route


def _undecoded(_: Response) -> Any:
    raise AssertionError("a fallback has no response")
