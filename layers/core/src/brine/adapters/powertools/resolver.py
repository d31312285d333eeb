"""Powertools' event handler, with the state of a request in context variables: functions run side by side."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler import api_gateway as powertools

_context: ContextVar[dict[str, Any]] = ContextVar("brine_powertools_context")
_event: ContextVar[Any] = ContextVar("brine_powertools_event")
_lambda_context: ContextVar[Any] = ContextVar("brine_powertools_lambda_context", default=None)


def current_event() -> Any:
    """Return the event of the request that this thread or task serves. Raises LookupError outside of a function."""
    return _event.get()


class FunctionResolver(APIGatewayHttpResolver):
    """Calls the function of a route that is known already, with everything that Powertools does around it."""

    @property
    def current_event(self) -> Any:  # type: ignore[override]  # an attribute in Powertools
        """The event of the request that this thread or task serves."""
        return _event.get()

    @property
    def lambda_context(self) -> Any:  # type: ignore[override]  # as above
        """None: the gateway does not pass the context of the invocation to functions."""
        return _lambda_context.get()

    @property
    def context(self) -> dict[str, Any]:
        """The values that middlewares share in one request."""
        return _context.get()

    @context.setter
    def context(self, value: dict[str, Any]) -> None:
        _context.set(value)

    def build_middleware_stacks(self) -> None:
        """Build the middlewares of all routes. Powertools builds them at the first call, unsafe with several threads.

        Two threads that build one stack at once put it together twice, and each later call then raises TypeError.
        """
        for route in self._static_routes + self._dynamic_routes:
            route._build_middleware_stack(self._router_middlewares, self)  # noqa: SLF001 - no public method does it

    def resolve_apart(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Do as `resolve`, and keep the event from other threads, which Powertools would give it to."""
        event_token, context_token = _event.set(self._to_proxy_event(event)), _context.set({})
        try:
            return self.resolve(event, context)
        finally:
            _event.reset(event_token)
            _context.reset(context_token)

    def call(self, method: str, rule: str, event: dict[str, Any], arguments: dict[str, str]) -> dict[str, Any]:
        """Return the result of a route's function, as Lambda writes it. Raises what no handler of exceptions took."""
        route = next(
            one for one in self._static_routes + self._dynamic_routes if (one.method, one.path) == (method, rule)
        )
        event_token, context_token = _event.set(self._to_proxy_event(event)), _context.set({})
        try:
            self.context.update(_route=route, _path=event["rawPath"])
            return self._build_response(self._call_route(route, arguments))
        finally:
            _event.reset(event_token)
            _context.reset(context_token)


def _without_traceback(record: logging.LogRecord) -> bool:
    """Keep Powertools from logging an exception that it raises again: the app logs it with the request."""
    return record.exc_info is None


logging.getLogger(powertools.__name__).addFilter(_without_traceback)
