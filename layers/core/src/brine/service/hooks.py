"""Hooks: functions of users on the way of a request. They see nothing that is in no cache key.

- before_fetch(request, route): before a request goes to a server. Returns the request to send, or None for the same.
- after_fetch(response, request, route): after its response came. Returns the response to use, or None for the same;
  raises Rejected for one that is not usable.
- before_store(response, request, route): before a response is stored. Returns False for one that is not to be stored.
- after_answer(response, request, route): before the answer goes to the client. No cache keeps a changed one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from brine.domain.caching.vary import vary_names
from brine.domain.http.client_fields import personal
from brine.domain.http.messages import Request, Response
from brine.errors import HookFailed, OriginMalformed, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.ports.deadline import Deadline
    from brine.service.origins.origin_state import OriginState
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
        """Return the answer after the hooks, and the error of one that failed: then the answer before it counts."""
        answer, failure = response, None
        for hook in self.of(route, "after_answer"):
            try:
                changed = _typed(hook(answer, request, route), answer, Response, route)
                answer = answer if changed is answer else _personal(changed, answer, request, route)
            except Exception as error:  # noqa: BLE001 - a user's code; the answer goes out all the same
                failure = error
                break
        return answer, failure


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

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:
        """Return the state of the server, and the names of the hooks before it. Arguments as in Upstreams."""
        state = self.servers.state(transaction, trace, now, by_store=by_store)
        hooks = self.hooks.of(transaction.route.name, "before_fetch")
        return replace(state, hooks=tuple(map(hook_name, hooks))) if hooks else state


def hook_name(hook: Callable[..., Any]) -> str:
    """Return the name of a hook for people, such as `shop.hooks:sign`."""
    module, name = getattr(hook, "__module__", ""), getattr(hook, "__qualname__", type(hook).__qualname__)
    return f"{module}:{name}" if module else name


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


def _personal(changed: Response, before: Response, request: Request, route: str) -> Response:
    """Return an answer that a hook changed, with fields and a body that no other client can get.

    The client joins the body of a 304 or 206 with one that it has, so the hook cannot change that body. Raises
    HookFailed for an answer that cannot be sent.
    """
    status, body = changed.status, changed.body
    is_partial = status in {206, 304}
    if type(status) is not int or not 200 <= status <= 599 or not isinstance(body, bytes):
        raise HookFailed(
            f"an after_answer hook of the route {route} gave the status {status!r}, or a body that is no bytes"
        )
    if is_partial and status != before.status:
        raise HookFailed(f"an after_answer hook of the route {route} made a {before.status} a {status}")
    try:
        fields = personal(changed.fields.sanitised(), is_partial=is_partial)
    except ValueError as error:
        raise HookFailed(f"an after_answer hook of the route {route} gave a bad header field: {error}") from None
    if request.method == "HEAD" or status in {204, 205}:
        body = b""
    return replace(changed, fields=fields, body=before.body if is_partial else body)
