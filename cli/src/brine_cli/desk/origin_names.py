"""The origins of routes by name, for figures about the waits for them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine_cli.lambda_runtime.launch import Launch


class OriginNames:
    """Gives the host of each route's origin, by function and route. Threads may share it.

    launches: returns the settings of the functions now. A route in the code of a function has no host.
    """

    def __init__(self, launches: Callable[[], Iterable[Launch]]) -> None:
        self._launches = launches
        self._lock = Lock()
        self._made_from: object = None
        self._names: dict[tuple[str, str], str] = {}

    def __call__(self) -> Mapping[tuple[str, str], str]:
        """Return the hosts as the files of routes have them now. Those of a file with a mistake are left out."""
        from brine.errors import ConfigError  # noqa: PLC0415 - the start of a twin need not wait for this
        from brine_cli.desk.administered import files_of, launched_routes  # noqa: PLC0415 - as above

        with self._lock:
            launches = list(self._launches())
            made_from = [(one.name, dict(one.variables)) for one in launches], list(files_of(launches))
            if made_from == self._made_from:
                return self._names
            names = {}
            for launch in launches:
                try:
                    routes = launched_routes(launch)
                except ConfigError:  # the function or the desk reports it
                    continue
                for route in routes:
                    names[launch.name, route.name] = route.origin.authority
            self._made_from, self._names = made_from, names
            return names
