"""The members of a gateway that `fetch` uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.route import Route
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.answer import Answer
    from brine.service.transaction import Transaction


class PartsGateway(Protocol):
    """Serves the parts of a whole through the cache of their routes."""

    @property
    def route_names(self) -> Collection[str]:
        """The names of all routes, internal ones included."""

    def route(self, name: str) -> Route | None:
        """Return the route of this name, or None."""

    def serve_part(
        self, route: Route, request: Request, whole: Transaction, deadline: Deadline
    ) -> tuple[Answer, Transaction]:
        """Return the answer for a part of `whole`, and the part's transaction."""

    def decoded(self, route: Route, response: Response, target: str) -> Any:
        """Return the decoded content of a response of this route. Raises PartFailed."""
