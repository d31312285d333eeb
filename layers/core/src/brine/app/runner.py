"""Runs the functions of an app. Powertools' event handler is imported when the first of them runs."""

from __future__ import annotations

import inspect
import threading
from typing import TYPE_CHECKING

from brine.errors import ConfigError

if TYPE_CHECKING:
    from brine.app.registrations import Registrations
    from brine.service.functions.function_client import FunctionCall, FunctionResult, FunctionRunner
    from brine.service.functions.route_function import RouteFunction
    from brine.service.functions.sealing import ObjectSealer


class LateRunner:
    """A FunctionRunner that is made at its first call. Threads may share it."""

    def __init__(self, app: Registrations, sealer: ObjectSealer) -> None:
        self._app = app
        self._sealer = sealer
        self._runner: FunctionRunner | None = None
        self._lock = threading.Lock()

    def run(self, call: FunctionCall) -> FunctionResult:
        """Return the result of the function. Raises FunctionFailed, and PartFailed if a required part failed."""
        with self._lock:
            if self._runner is None:
                self._runner = self._made()
        return self._runner.run(call)

    def _made(self) -> FunctionRunner:
        from brine.adapters.powertools.resolver import FunctionResolver  # noqa: PLC0415 - see the docstring of the module
        from brine.adapters.powertools.runner import PowertoolsRunner  # noqa: PLC0415 - see the docstring of the module

        app = self._app
        resolver = FunctionResolver(enable_validation=needs_validation(app))
        if app.middlewares:
            resolver.use(middlewares=list(app.middlewares))
        for classes, handler in app.exception_handlers:
            resolver.exception_handler(classes)(handler)
        return PowertoolsRunner(app.functions, resolver, self._sealer)


def needs_validation(app: Registrations) -> bool:
    """Return whether Powertools must check and convert arguments. Raises ConfigError if pydantic is missing for it."""
    if app.validation is not None:
        return app.validation
    for function in app.functions:
        name = _first_converted(function)
        if name is None:
            continue
        from importlib.util import find_spec  # noqa: PLC0415 - only converted arguments need it

        if find_spec("pydantic") is None:
            raise ConfigError(
                f"{function.call.__module__}: the argument {name} of {function.call.__qualname__} is converted by "
                "pydantic, which is not installed. Add pydantic to the function's requirements, or take texts of the "
                "path alone."
            )
        return True
    return False


def _first_converted(function: RouteFunction) -> str | None:
    """Return the first argument that is not a text in the path, or None."""
    from brine.domain.routing.patterns import PathPattern  # noqa: PLC0415 - the first run of a function needs it

    hints = function.hints()
    in_path = PathPattern(function.rule).names
    fetch = function.fetch_name(hints)
    for name in inspect.signature(function.call).parameters:
        if name != fetch and not (name in in_path and hints.get(name, str) is str):
            return name
    return None
