"""The routes of a function: those in its code, and those of routes.toml beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine.adapters.config.routes import parse_routes
from brine.app.app import App
from brine.app.engine import with_routes_of_file
from brine.bootstrap.common import read_configuration
from brine.domain.results.key import is_namespace
from brine.domain.routing.route import Routes
from brine_cli.errors import CommandError
from brine_cli.user_code import imported_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROUTES_BESIDE_CODE: Final = "routes.toml"


def app_routes(file: Path, namespace: str, variables: Mapping[str, str] | None = None) -> Routes:
    """Return the routes in code of the app in a Python file. Runs the file. Raises CommandError and ConfigError.

    namespace: the BRINE_NAMESPACE of the function, "" if it has none. The keys of its responses begin with it.
    variables: values of `${NAME}`, to add the routes of the routes.toml beside the file.
    """
    if namespace and not is_namespace(namespace):
        raise CommandError(f'the namespace "{namespace}" is not valid: up to 32 of a-z, 0-9 and -')
    with imported_file(file) as module:
        apps = [value for value in vars(module).values() if isinstance(value, App)]
        if len({id(app) for app in apps}) != 1:
            raise CommandError(f"{file} has {len(apps) or 'no'} instances of brine.App: --app needs a file with one")
        in_code = apps[0].registrations.routes(namespace)
    if variables is None:
        return Routes(in_code)
    text, source = read_configuration("routes", beside := file.with_name(ROUTES_BESIDE_CODE))
    of_file = tuple(replace(route, namespace=namespace) for route in parse_routes(text, variables, source=source))
    return Routes(with_routes_of_file(in_code, of_file, beside))
