"""The functions of the twin that use a cache, as the admin API looks into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from brine.adapters.config.routes import parse_routes
from brine.bootstrap.admin import AdministeredFunction
from brine.bootstrap.common import read_configuration
from brine.bootstrap.gateway import routes_of
from brine.errors import ConfigError
from brine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from brine.domain.routing.route import Routes
    from brine_cli.lambda_runtime.launch import Launch

_TABLE: Final = "BRINE_TABLE"
_KEYRINGS: Final = frozenset({"BRINE_SIGNING_KEYS_SECRET", "BRINE_SIGNING_KEYS"})
_ROUTES: Final = "BRINE_ROUTES"
_ROUTES_BESIDE_CODE: Final = "routes.toml"


def administered_functions(
    launches: Iterable[Launch], served: Collection[str], report: Callable[[str], None]
) -> list[AdministeredFunction]:
    """Return the functions that use a cache, the gateway first. A function with a mistake is reported and left out.

    The rotator has no keyring of its own, and uses no cache.

    served: the names of the functions with routes of the API.
    """
    using = [
        launch for launch in launches if launch.variables.get(_TABLE) and not _KEYRINGS.isdisjoint(launch.variables)
    ]
    using.sort(key=lambda launch: (bool(launch.variables.get("BRINE_NAMESPACE")), launch.name not in served))
    found = []
    for launch in using:
        try:
            found.append(_administered(launch))
        except ConfigError as error:
            report(f"/_brine/ does not show what {launch.name} stores: {error}")
    return found


def _administered(launch: Launch) -> AdministeredFunction:
    """Return one function with its routes. Raises ConfigError."""
    return AdministeredFunction(name=launch.name, environment=launch.variables, routes=launched_routes(launch))


def launched_routes(launch: Launch) -> Routes:
    """Return the routes that a function has in routes.toml. Those in its code are not known. Raises ConfigError."""
    settings = Settings.from_environment(launch.variables)
    beside = launch.code / _ROUTES_BESIDE_CODE
    if settings.routes is None and beside.is_file():
        text, source = read_configuration("routes", beside)
        return parse_routes(text, launch.variables, source=source)
    return routes_of(settings)


def files_of(launches: Iterable[Launch]) -> Iterator[tuple[str, int]]:
    """Yield each file with routes, and when it was last changed."""
    for launch in launches:
        named = launch.variables.get(_ROUTES)
        file = Path(named) if named else launch.code / _ROUTES_BESIDE_CODE
        for each in (file, *sorted(file.with_suffix(".d").glob("*.toml"))):
            try:
                yield str(each), each.stat().st_mtime_ns
            except OSError:
                continue
