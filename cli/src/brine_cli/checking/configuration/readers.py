"""Reads the files of a function with the readers of the gateway, and turns their mistakes into findings."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.mistakes import MistakeLog
from brine.adapters.config.routes import find_routes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from brine.domain.routing.route import Route
    from brine_cli.checking.configuration.file_set import FileSet
    from brine_cli.checking.finding import Finding
    from brine_cli.checking.toml.places import Path as TomlPath

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRoute:
    """A route without a mistake. path: of its table. table: its keys and values as the file has them."""

    route: Route
    path: TomlPath
    table: dict[str, Any]


@dataclass(slots=True)
class ReadRoutes:
    """The routes of a file set: those without mistakes, and the names of all."""

    files: FileSet
    routes: list[ReadRoute] = field(default_factory=list)
    names: frozenset[str] = frozenset()


def read_routes(
    files: FileSet, variables: Mapping[str, str], types: Collection[str] | None
) -> tuple[ReadRoutes, list[Finding]]:
    """Return the routes and the mistakes. types: the declared classes, or None if they are not known."""
    log = MistakeLog(files.source)
    routes = find_routes(files.text, variables, log)
    tables = _tables(files, "route")
    found = ReadRoutes(files, names=frozenset(str(table.get("name")) for table in tables))
    mistaken = {one.path[:2] for one in log.found}
    for number, (route, table) in enumerate(zip(routes, tables, strict=False)):
        path: TomlPath = ("route", number)
        if route is None or path in mistaken or files.is_damaged(path):
            continue
        found.routes.append(ReadRoute(route=route, path=path, table=table))
        if types is not None and route.transcoding is not None:
            _check_types(log, number, route, types)
    return found, [*files.findings, *files.findings_of(log.found)]


def read_types(files: FileSet) -> tuple[frozenset[str], list[Finding]]:
    """Return the names of the declared classes, and the mistakes."""
    from brine.adapters.config.types import find_types  # noqa: PLC0415 - it imports typing, for projects with types alone

    log = MistakeLog(files.source)
    find_types(files.text, log)
    names = (table.get("name") for table in _tables(files, "type"))
    return frozenset(name for name in names if isinstance(name, str)), [
        *files.findings,
        *files.findings_of(log.found),
    ]


def read_channels(files: FileSet, variables: Mapping[str, str], types: Collection[str]) -> list[Finding]:
    """Return the mistakes of channels. types: the declared classes."""
    from brine.adapters.config.channels import find_channels  # noqa: PLC0415 - for projects with channels alone

    log = MistakeLog(files.source)
    find_channels(files.text, variables, types, log)
    return [*files.findings, *files.findings_of(log.found)]


def variables_in(files: FileSet) -> Iterator[tuple[TomlPath, str]]:
    """Yield the path of each text with `${NAME}`, and the name."""
    yield from _variables((), tomllib.loads(files.text))


def _variables(path: TomlPath, value: object) -> Iterator[tuple[TomlPath, str]]:
    if isinstance(value, str):
        for name in dict.fromkeys(_VARIABLE.findall(value)):
            yield path, name
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _variables((*path, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _variables((*path, index), item)


def _tables(files: FileSet, kind: str) -> list[dict[str, Any]]:
    tables = tomllib.loads(files.text).get(kind, [])
    return [table for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []


def _check_types(log: MistakeLog, number: int, route: Route, types: Collection[str]) -> None:
    """Add a mistake for each class that the gateway would not find when it starts."""
    from brine.adapters.config.type_names import undeclared  # noqa: PLC0415 - for routes with transcoding

    for index, name in enumerate((route.transcoding and route.transcoding.types) or ()):
        if name not in types:
            log.add(
                undeclared(name, types),
                *("route", number, "transcoding", "types", index),
                table=f'route "{route.name}"',
                given=f'transcoding.types = "{name}"',
            )
