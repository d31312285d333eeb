"""A gateway that serves every part with one response, `fetch` of a function over it, and apps of one function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brine.app.app import App
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.route import Route
from brine.ports.deadline import Deadline
from brine.service.functions.fetch import Fetch
from brine.service.http_cache.answer import Answer
from brine.service.transaction import Transaction
from brine.testing import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.testing import AppClient


def route(name: str, **settings: Any) -> Route:
    """An internal route."""
    return Route(name=name, prefix="", internal=True, origin=OriginAddress("http", "x.test", 80), **settings)


@dataclass
class Parts:
    """Serves parts with one response, and records the requests and the seconds that each may take."""

    routes: dict[str, Route] = field(default_factory=lambda: {"a": route("a")})
    response: Response = field(default_factory=lambda: Response(status=200, body=b"1"))
    problem: str | None = None
    requests: list[Request] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def route_names(self) -> tuple[str, ...]:
        return tuple(self.routes)

    def route(self, name: str) -> Route | None:
        return self.routes.get(name)

    def serve_part(
        self, route: Route, request: Request, whole: Transaction, deadline: Deadline
    ) -> tuple[Answer, Transaction]:
        self.requests.append(request)
        self.seconds.append(deadline.remaining())
        answer = Answer(
            response=self.response,
            result="miss" if self.problem is None else "problem",
            route=route.name,
            problem=self.problem,
        )
        return answer, Transaction.begin(route, request, whole.resource.tenant, deadline)

    def decoded(self, route: Route, response: Response, target: str) -> Any:
        return response.body


def fetch_of(
    parts: Parts, *, seconds: float = 20, tenant: str = "", whole: Route | None = None, **fields: str
) -> Fetch:
    """`fetch` of a function with this gateway and time, for a client's request with these fields ("_" for "-")."""
    clock = Clock()
    deadline = Deadline(clock.now + seconds, clock)
    lines = Fields((name.replace("_", "-"), value) for name, value in fields.items())
    request = Request(method="GET", path="/w", fields=lines)
    return Fetch(parts, Transaction.begin(whole or route("w"), request, tenant, deadline), deadline, clock)


def app_of(function: Callable[..., Any], rule: str = "/w", /, **options: Any) -> App:
    """An app with one function, whose route is "w"."""
    app = App()
    app.get(rule, **{"name": "w", "freshness_lifetime": "60s", **options})(function)
    return app


def client_of(function: Callable[..., Any], /, **fetch: Any) -> AppClient:
    """A client of such an app, with these answers for its parts."""
    return app_of(function).test(fetch=fetch)
