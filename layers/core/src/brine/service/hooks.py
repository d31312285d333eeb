"""Hooks: functions of users on the way of a request. They see nothing that is in no cache key.

- before_fetch(request, route): before a request goes to a server. Returns the request to send, or None for the same.
- after_fetch(response, request, route): after its response came. Returns the response to use, or None for the same;
  raises Rejected for one that is not usable.
- before_store(response, request, route): before a response is stored. Returns False for one that is not to be stored.
- after_answer(response, request, route): before the answer goes to the client. A changed one is marked as private.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from brine.domain.http.messages import Request, Response
from brine.errors import HookFailed, OriginMalformed, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.http.fields import Fields
    from brine.ports.deadline import Deadline
    from brine.service.origins.routed import Upstreams
    from brine.service.transaction import Trace, Transaction


type BeforeFetch = Callable[[Request, str], Request | None]
type AfterFetch = Callable[[Response, Request, str], Response | None]
type BeforeStore = Callable[[Response, Request, str], bool | None]
type AfterAnswer = Callable[[Response, Request, str], Response | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The hooks of one route, in the order in which they run."""

    before_fetch: tuple[BeforeFetch, ...] = ()
    after_fetch: tuple[AfterFetch, ...] = ()
    before_store: tuple[BeforeStore, ...] = ()
    after_answer: tuple[AfterAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class HookTable:
    """The hooks of all routes: those of a route by its name, after those of every route."""

    every: Hooks = field(default_factory=Hooks)
    by_route: Mapping[str, Hooks] = field(default_factory=dict)

    def of(self, route: str, kind: str) -> tuple[Callable[..., Any], ...]:
        """Return the hooks of one kind that a route has."""
        own = self.by_route.get(route)
        return (*getattr(self.every, kind), *(() if own is None else getattr(own, kind)))

    def may_store(self, response: Response, transaction: Transaction, trace: Trace) -> bool:
        """Return whether every hook permits to store the response. One that fails does not."""
        route = transaction.route.name
        for hook in self.of(route, "before_store"):
            try:
                if hook(response, _visible(transaction.request), route) is False:
                    return False
            except Exception as error:  # noqa: BLE001 - a user's code; its answer goes out all the same
                trace.error = error
                return False
        return True

    def answered(self, response: Response, request: Request, route: str) -> tuple[Response, BaseException | None]:
        """Return the answer after the hooks, and what one of them raised: then the answer before it counts."""
        answer = response
        for hook in self.of(route, "after_answer"):
            try:
                answer = hook(answer, request, route) or answer
            except Exception as error:  # noqa: BLE001 - a user's code; the answer goes out all the same
                return response, error
        return (answer if answer is response else replace(answer, fields=_private(answer.fields))), None


@dataclass(frozen=True, slots=True)
class HookedOrigins:
    """Sends requests to servers, with the hooks before and after."""

    servers: Upstreams
    hooks: HookTable

    def fetch(self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace) -> Response:
        """Return the server's response. Raises BadRequest, OriginError, and HookFailed for a hook that raised."""
        route = transaction.route.name
        before, after = self.hooks.of(route, "before_fetch"), self.hooks.of(route, "after_fetch")
        sent = _visible(request)
        for hook in before:
            sent = _called(trace, route, hook, sent, route) or sent
        if sent.method != request.method:
            raise HookFailed(f"a before_fetch hook of the route {route} changed the method")
        response = self.servers.fetch(transaction, sent, deadline, trace)
        for hook in after:
            response = _called(trace, route, hook, response, sent, route) or response
        return response


def _called(trace: Trace, route: str, hook: Callable[..., Any], *arguments: object) -> Any:
    try:
        return hook(*arguments)
    except Rejected as rejected:
        raise OriginMalformed(f"a hook of the route {route} rejected the response: {rejected}") from None
    except Exception as error:
        trace.error = error
        raise HookFailed(f"a hook of the route {route} raised {type(error).__name__}") from error


def _visible(request: Request) -> Request:
    """Return the request without the client's identity, which is in no cache key."""
    return replace(request, principal={}) if request.principal else request


def _private(fields: Fields) -> Fields:
    """Return the fields of an answer that a hook made for one client: no other cache may keep it for all."""
    said = fields.get("cache-control")
    return fields.replacing("cache-control", "private" if said is None else f"private, {said}")
