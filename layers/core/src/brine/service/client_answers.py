"""The last step of an answer, after the cache: the fields for clients of a function, and the hooks of answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Request
    from brine.domain.routing.route import Routes
    from brine.service.hooks import HookTable
    from brine.service.http_cache.answer import Answer


@dataclass(frozen=True, slots=True)
class ClientAnswers:
    """Makes answers of functions fit for clients, and calls the after_answer hooks. `clock`: seconds since 1970."""

    routes: Routes
    hooks: HookTable | None
    clock: Callable[[], float]

    def __call__(self, answer: Answer, request: Request) -> Answer:
        """Return the answer that the client gets. A problem stays as it is."""
        if answer.route is None or answer.problem is not None:
            return answer
        route = self.routes.named(answer.route)
        if route is not None and route.origin.is_function:
            from brine.service.functions.client_answer import for_client  # noqa: PLC0415 - only for routes in code

            answer = for_client(answer, route, request.method, self.clock())
        if self.hooks is None:
            return answer
        response, error = self.hooks.answered(answer.response, request, answer.route or "")
        return replace(answer, response=response, error=error or answer.error)
