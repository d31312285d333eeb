"""The routes of an app in a test: those in code, those of routes.toml, and those that only the test has answers for."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from brine.adapters.config.routes import parse_routes
from brine.app.engine import with_routes_of_file
from brine.bootstrap.common import read_configuration
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.route import Route, Routes
from brine.errors import ConfigError
from brine.testing.variables import AnyVariable

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.app.registrations import Registrations

type RoutesFile = Path | str | Literal[False] | None
"""The path of routes.toml. None: the file beside the module of the app's functions, if there is one. False: none."""

_NAME: Final = "routes.toml"


def routes_in_test(app: Registrations, file: RoutesFile, answered: Collection[str]) -> Routes:
    """Return all routes of an app. `answered`: the routes that the test has answers for. Raises ConfigError."""
    of_file: tuple[Route, ...] = ()
    path = routes_beside(app) if file is None else Path(file) if file is not False else None
    if path is not None:
        text, source = read_configuration("routes", path)
        of_file = tuple(parse_routes(text, AnyVariable(), source=source))
    known = with_routes_of_file(app.routes(), of_file, path)
    names = {route.name for route in known}
    made = tuple(
        Route(name=name, prefix="", internal=True, origin=OriginAddress("http", f"{name}.test", 80), retries=0)
        for name in answered
        if name not in names
    )
    return Routes((*known, *made))


def routes_beside(app: Registrations) -> Path | None:
    """Return the path of routes.toml beside the module of the functions, or None. Raises ConfigError for several."""
    folders = {Path(file).resolve().parent for function in app.functions if (file := _file_of(function.call))}
    found = sorted(path for folder in folders if (path := folder / _NAME).is_file())
    if len(found) > 1:
        raise ConfigError(
            f"the functions of the app have several routes.toml beside them: {', '.join(map(str, found))}. Pass the "
            "path of the one that is deployed as routes=..."
        )
    return found[0] if found else None


def _file_of(function: object) -> str | None:
    """Return the path of the module that defines a function, or None for one that no file has."""
    original = inspect.unwrap(function) if callable(function) else function
    return getattr(original, "__globals__", {}).get("__file__")
