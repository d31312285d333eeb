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

from brine.domain.caching.vary import vary_names
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
            sent = _typed(_called(trace, route, hook, sent, route), sent, Request, route)
        if sent.method != request.method:
            raise HookFailed(f"a before_fetch hook of the route {route} changed the method")
        response = _unless_varied(self.servers.fetch(transaction, sent, deadline, trace), request, sent)
        for hook in after:
            response = _typed(_called(trace, route, hook, response, sent, route), response, Response, route)
        try:
            return replace(response, fields=response.fields.sanitised())
        except ValueError as error:
            raise HookFailed(f"an after_fetch hook of the route {route} gave a bad header field: {error}") from None


def _called(trace: Trace, route: str, hook: Callable[..., Any], *arguments: object) -> Any:
    try:
        return hook(*arguments)
    except Rejected as rejected:
        raise OriginMalformed(f"a hook of the route {route} rejected the response: {rejected}") from None
    except Exception as error:
        trace.error = error
        raise HookFailed(f"a hook of the route {route} raised {type(error).__name__}") from error


def _typed[M: (Request, Response)](returned: object, before: M, kind: type[M], route: str) -> M:
    """Return what a hook returned, or the message before it for None. Raises HookFailed for anything else."""
    if returned is None:
        return before
    if not isinstance(returned, kind):
        name = type(returned).__name__
        raise HookFailed(f"a hook of the route {route} returned a {name}: return a {kind.__name__}, or None")
    return returned


def _unless_varied(response: Response, request: Request, sent: Request) -> Response:
    """Return a response that no cache stores, if it varies by a field that a hook changed: no key has its value."""
    changed = {
        name
        for name in {*request.fields.names, *sent.fields.names}
        if request.fields.all(name) != sent.fields.all(name)
    }
    if changed.isdisjoint(vary_names(response.fields)):
        return response
    fields = response.fields.without({"cdn-cache-control"}).replacing("cache-control", "no-store")
    return replace(response, fields=fields)


def _visible(request: Request) -> Request:
    """Return the request without the client's identity, which is in no cache key."""
    return replace(request, principal={}) if request.principal else request


def _private(fields: Fields) -> Fields:
    """Return the fields of an answer that a hook made for one client: no other cache may keep it for all."""
    said = fields.get("cache-control")
    return fields.replacing("cache-control", "private" if said is None else f"private, {said}")
