"""The origin of each route: a function of this process, or a server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response
    from brine.ports.deadline import Deadline
    from brine.service.origins.origin_state import OriginState
    from brine.service.transaction import Trace, Transaction


class Upstreams(Protocol):
    """Sends the request of a transaction to the origin of its route."""

    def fetch(self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace) -> Response:
        """Return the origin's response. Raises BadRequest and OriginError."""

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:
        """Return the state that `fetch` would find before it sends the request. It only reads.

        by_store: go by the shared state alone, as another process would; else by the memory of this process, too.
        """


@dataclass(frozen=True, slots=True)
class RoutedOrigins:
    """Asks the function of a route that has one, and else the server behind it."""

    functions: Upstreams
    servers: Upstreams

    def fetch(self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace) -> Response:
        """Return the origin's response. Raises BadRequest and OriginError."""
        origins = self.functions if transaction.route.origin.is_function else self.servers
        return origins.fetch(transaction, request, deadline, trace)

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:
        """Return the state of the origin. Arguments as in Upstreams."""
        origins = self.functions if transaction.route.origin.is_function else self.servers
        return origins.state(transaction, trace, now, by_store=by_store)
