"""Stored answers to the preflights of browsers, by the same cache, leases and purges as other responses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine.domain.caching.cache_key import resource_of
from brine.domain.routing.preflight import (
    for_browser,
    is_cached_preflight,
    preflight_as_get,
    preflight_route,
    with_permission_lifetime,
)
from brine.service.transaction import Transaction

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.route import Route
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.answer import Answer
    from brine.service.http_cache.fetcher import Fetcher
    from brine.service.origins.origin_state import OriginState
    from brine.service.origins.routed import Upstreams
    from brine.service.transaction import Trace

__all__ = ["is_cached_preflight", "preflight_answer", "preflight_fetcher", "preflight_transaction"]


@dataclass(frozen=True, slots=True)
class PreflightOrigins:
    """Sends preflights to origins, and gives each answer the lifetime of its permission."""

    origins: Upstreams

    def fetch(self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace) -> Response:
        """Return the origin's response. Raises BadRequest and OriginError."""
        response = self.origins.fetch(transaction, replace(request, method="OPTIONS"), deadline, trace)
        return with_permission_lifetime(response)

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:
        """Return the state of the origin. Arguments as in Upstreams."""
        return self.origins.state(transaction, trace, now, by_store=by_store)


def preflight_fetcher(fetcher: Fetcher) -> Fetcher:
    """Return the fetcher for preflights, which shares the stores of `fetcher`."""
    return replace(fetcher, origins=PreflightOrigins(fetcher.origins))


def preflight_transaction(route: Route, request: Request, tenant: str, deadline: Deadline) -> Transaction:
    """Return the transaction of a preflight, under the cache key of OPTIONS for its target."""
    settings = preflight_route(route)
    transaction = Transaction.begin(settings, preflight_as_get(request), tenant, deadline)
    return replace(transaction, resource=resource_of(settings, tenant, request.target, method="OPTIONS"))


def preflight_answer(answer: Answer) -> Answer:
    """Return the answer for the browser. A problem stays as it is."""
    return answer if answer.problem is not None else replace(answer, response=for_browser(answer.response))
