"""Runs the functions of routes in Powertools' event handler (the FunctionRunner of brine.service.functions)."""

from __future__ import annotations

import asyncio
import inspect
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response as PowertoolsResponse

from brine.adapters.powertools.events import event_of, response_of
from brine.adapters.powertools.unsealed import unsealed_json
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import FunctionFailed, PartFailed
from brine.service.functions.async_fetch import AsyncFetch
from brine.service.functions.fetch import fetcher_of
from brine.service.functions.function_client import FunctionResult
from brine.service.functions.route_function import tags_of
from brine_codec import TooLarge, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine.adapters.powertools.resolver import FunctionResolver
    from brine.service.functions.function_client import FunctionCall
    from brine.service.functions.route_function import RouteFunction
    from brine.service.functions.sealing import ObjectSealer
    from brine_codec import CodecError


@dataclass(slots=True)
class _Running:
    """A call that is under way, and the arguments and result of its function once it was called."""

    call: FunctionCall
    arguments: dict[str, Any] = field(default_factory=dict)
    result: object = None
    returned: bool = False
    unsealed: CodecError | None = None


_running: ContextVar[_Running] = ContextVar("brine_running_function")


class PowertoolsRunner:
    """Runs functions by route and method. `resolver`: without functions; it has the middlewares and handlers."""

    def __init__(self, functions: Iterable[RouteFunction], resolver: FunctionResolver, sealer: ObjectSealer) -> None:
        self._resolver = resolver
        self._sealer = sealer
        self._functions: dict[str, dict[str, RouteFunction]] = {}
        for function in functions:
            self._functions.setdefault(function.route, {})[function.method] = function
            register(resolver, function, endpoint(function, self._respond))
        resolver.build_middleware_stacks()

    def run(self, call: FunctionCall) -> FunctionResult:
        """Return what the function made. Raises FunctionFailed, and PartFailed for a part that it needs."""
        methods = self._functions[call.route]
        function = methods.get("GET" if call.request.method == "HEAD" else call.request.method)
        if function is None:
            allowed = ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))
            return FunctionResult(response=Response(status=405, fields=Fields([("allow", allowed)])))
        running = _Running(call)
        token = _running.set(running)
        try:
            event = event_of(call.request, function.rule, call.arguments)
            result = self._resolver.call(function.method, function.rule, event, dict(call.arguments))
            return _result(response_of(result), running, function)
        except PartFailed:
            raise
        except Exception as error:
            raise FunctionFailed(f"the function of the route {call.route} raised {type(error).__name__}") from error
        finally:
            _running.reset(token)

    def _respond(self, value: object, function: RouteFunction) -> PowertoolsResponse[bytes]:
        """Return the sealed object as a response of Powertools."""
        running = _running.get()
        try:
            made = self._sealer.response(value, running.call.request.target, function.status)
        except (Unsupported, TooLarge) as error:
            body = unsealed_json(value)
            if body is None:
                raise type(error)(error.for_log) from None
            running.unsealed = error
            # The client gets it all the same, as a text: Powertools converts bytes of JSON once more, and fails
            return PowertoolsResponse(function.status, "application/json", body.decode())  # type: ignore[arg-type]  # a text
        headers: dict[str, str | list[str]] = dict(made.fields.lines)
        return PowertoolsResponse(status_code=made.status, headers=headers, body=made.body)


def _result(response: Response, running: _Running, function: RouteFunction) -> FunctionResult:
    """Return the response with its tags, and those to purge. Where their functions raise, it is not stored."""
    arguments = running.arguments if running.returned else dict(running.call.arguments)
    unsealed = None if running.unsealed is None else running.unsealed.for_log
    error: Exception | None = None
    tags: tuple[str, ...] = ()
    purges: tuple[str, ...] = ()
    try:
        tags = tags_of(function.tags, arguments)
        if running.returned and response.status < 400:
            purges = tags_of(function.purges, {**arguments, "result": running.result})
    except Exception as raised:  # noqa: BLE001 - a user's function; what it answers for was done already
        error, unsealed = (raised if running.returned else None), unsealed or f"its tags: {type(raised).__name__}"
    return FunctionResult(response=response, tags=tags, purges=purges, unsealed=unsealed, error=error)


def endpoint(function: RouteFunction, respond: Callable[[object, RouteFunction], Any]) -> Callable[..., Any]:
    """Return the function as Powertools calls it: without `fetch`, and with its object sealed by `respond`."""
    hints = function.hints()
    fetch_name = function.fetch_name(hints)

    def call(**arguments: Any) -> Any:
        running = _running.get()
        running.arguments = arguments
        fetcher = fetcher_of(running.call.fetch)
        given = dict(arguments)
        if fetch_name is not None:
            given[fetch_name] = AsyncFetch(fetcher) if function.is_async else running.call.fetch
        with fetcher.parts.until_return():
            value = function.call(**given)
            if inspect.iscoroutine(value):
                value = asyncio.run(value)
        running.result, running.returned = value, True
        return value if isinstance(value, PowertoolsResponse) else respond(value, function)

    return described(function, call, hints)


def described(
    function: RouteFunction, call: Callable[..., Any], hints: Mapping[str, Any], *, returns: bool = False
) -> Callable[..., Any]:
    """Return `call` with the name and the signature of a function, without `fetch`.

    returns: whether with the annotation of what it returns, which Powertools would check and convert.
    """
    left_out = {function.fetch_name(hints)} if returns else {function.fetch_name(hints), "return"}
    parameters = [
        parameter.replace(annotation=hints.get(name, parameter.annotation))
        for name, parameter in inspect.signature(function.call).parameters.items()
        if name not in left_out
    ]
    returned = hints.get("return", inspect.Signature.empty) if returns else inspect.Signature.empty
    call.__name__, call.__doc__ = function.call.__name__, function.call.__doc__
    call.__module__ = function.call.__module__
    call.__annotations__ = {name: hint for name, hint in hints.items() if name not in left_out}
    call.__signature__ = inspect.Signature(parameters, return_annotation=returned)  # type: ignore[attr-defined]  # PEP 362
    return call


def register(resolver: FunctionResolver, function: RouteFunction, call: Callable[..., Any]) -> None:
    """Register a function with Powertools under its method and rule."""
    resolver.route(function.rule, method=function.method, middlewares=list(function.middlewares))(call)
