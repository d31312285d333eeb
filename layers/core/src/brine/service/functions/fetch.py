"""`fetch`: what a function calls to get its parts from the routes of the gateway, in process."""

from __future__ import annotations

from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypedDict

from brine.domain.caching.combine import FAILED, part_limits
from brine.domain.routing.tenant import NO_TENANT
from brine.errors import FunctionMistake, PartFailed
from brine.service.functions.part import NO_FALLBACK, Part
from brine.service.functions.part_request import part_request
from brine.service.transaction import PartReport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.caching.combine import PartLimits
    from brine.domain.http.messages import Response
    from brine.domain.routing.route import Route
    from brine.ports.deadline import Deadline
    from brine.service.diagnostics import Fault
    from brine.service.functions.parts_gateway import PartsGateway
    from brine.service.transaction import Transaction

SHARE: Final = 0.85
"""The share of the remaining time that the parts get. The rest is for the function itself."""
OPTIONAL_SHARE: Final = 0.85
"""The share of the parts' time that an optional part gets, so that its fallback is still in time."""
MOST_AT_ONCE: Final = 32

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
class Fetch:
    """Fetches the parts of one response. A function gets one as its argument `fetch`.

    Parts come through the cache of their own routes, with the tenant and the trace of the whole's request. What they
    permit limits the whole: see brine.domain.caching.combine.
    """

    _gateway: PartsGateway
    _whole: Transaction
    _deadline: Deadline
    _clock: Callable[[], float]
    _limits: list[PartLimits] = field(default_factory=list)
    _reports: list[PartReport] = field(default_factory=list)
    _failed: list[str] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)

    @property
    def limits(self) -> tuple[PartLimits, ...]:
        """What each fetched part permits for the whole."""
        return tuple(self._limits)

    @property
    def failed(self) -> str | None:
        """The route of a part that failed, optional ones included; None if none did."""
        return self._failed[0] if self._failed else None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What failed on the way of the parts, and did not spoil them."""
        return tuple(self._faults)

    @property
    def reports(self) -> tuple[PartReport, ...]:
        """How each fetched part came about."""
        return tuple(self._reports)

    @property
    def tenant(self) -> str:
        """The tenant of the request, "" on a route without tenants."""
        return self._whole.resource.tenant

    def __call__(
        self,
        route: str,
        path: str = "",
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        content: object = None,
        otherwise: object = NO_FALLBACK,
    ) -> Part:
        """Return the response of a route's origin for this path, from the cache or fetched.

        path: text below the origin's URL, such as f"/{order_id}"; it is percent-encoded here. query: parameters; a list
        gives several of one name, None leaves one out. headers: further fields; the client's own do not go along.
        content: the body, sent as JSON, or bytes. otherwise: makes the part optional: if it fails, it has this value.

        Raises PartFailed if a required part gives no answer in time, or one with status 429 or from 500 on.
        FunctionMistake for an unknown route, for a route of the function itself, and for a route with other tenants.
        """
        began = self._clock()
        try:
            return self._fetched(route, path, otherwise, query=query, headers=headers, method=method, content=content)
        except PartFailed as error:
            self._limits.append(FAILED)
            self._failed.append(route)
            self._reports.append(
                PartReport(route=route, result="failed", status=error.status, seconds=self._clock() - began)
            )
            if otherwise is NO_FALLBACK:
                raise
            return Part(route, "failed", None, _undecoded, otherwise)

    def all(self, *parts: PartSpec) -> tuple[Part, ...]:
        """Return several parts, fetched side by side under one deadline, in the order of the arguments.

        Each is a tuple: ("orders", "/17") or ("offers", "/today", {"or": []}). Raises as a call for one part does, when
        all have ended.
        """
        if not parts:
            return ()
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only a miss with several parts needs it

        with ThreadPoolExecutor(min(len(parts), MOST_AT_ONCE)) as threads:
            started = [threads.submit(copy_context().run, self._from_spec, spec) for spec in parts]
        return tuple(one.result() for one in started)

    def _from_spec(self, spec: PartSpec) -> Part:
        options: dict[str, Any] = dict(spec[2]) if len(spec) == 3 else {}
        otherwise = options.pop("or", NO_FALLBACK)
        return self(spec[0], spec[1], otherwise=otherwise, **options)

    def _fetched(self, name: str, path: str, otherwise: object, **request: Any) -> Part:
        route = self._route(name)
        asked = part_request(route, path, self._whole.request, self.tenant, **request)
        remaining = self._deadline.remaining() * (1.0 if otherwise is NO_FALLBACK else OPTIONAL_SHARE)
        began = self._clock()
        answer, transaction = self._gateway.serve_part(route, asked, self._whole, self._deadline.within(remaining))
        self._faults.extend(answer.faults)
        response = answer.response
        if answer.problem is not None or response.status >= 500 or response.status == 429:
            said = answer.problem or f"it answered {response.status}"
            raise PartFailed(name, said, status=response.status)
        now = self._clock()
        limits = part_limits(answer.source, response, transaction.resource, route.policy, transaction.request, now=now)
        self._limits.append(limits)
        self._reports.append(PartReport(route=name, result=answer.result, status=response.status, seconds=now - began))
        target = transaction.request.target
        return Part(name, answer.result, response, lambda one: self._decoded(route, one, target), otherwise)

    def _decoded(self, route: Route, response: Response, target: str) -> Any:
        try:
            return self._gateway.decoded(route, response, target)
        except PartFailed:
            self._limits.append(FAILED)
            self._failed.append(route.name)
            raise

    def _route(self, name: str) -> Route:
        route = self._gateway.route(name)
        if route is None:
            known = ", ".join(sorted(self._gateway.route_names)) or "none"
            raise FunctionMistake(f'no route has the name "{name}". The routes are: {known}.')
        chain = (*self._whole.ancestors, self._whole.route.name)
        if name in chain:
            raise FunctionMistake(f"a function cannot fetch itself: {' -> '.join((*chain, name))}")
        if route.tenant is not None and (route.tenant != self._whole.route.tenant or self.tenant == NO_TENANT):
            raise FunctionMistake(
                f'the route "{name}" keeps tenants apart by {route.tenant}, and "{chain[-1]}" does not: write '
                f'tenant="{route.tenant}" in its decorator'
            )
        return route


def _undecoded(_: Response) -> Any:
    raise AssertionError("a fallback has no response")
