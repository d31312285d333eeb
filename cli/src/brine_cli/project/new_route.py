"""`brine new route`: a route of the gateway in a file of its own, and its test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.adapters.config.tables import load_tables
from brine.errors import ConfigError
from brine_cli.errors import CommandError
from brine_cli.project.files import NewFiles, rendered
from brine_cli.project.paths import route_prefix
from brine_cli.project.stack_files import COPY_FOLDER, stack_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.project.names import Name

_ROUTES_FOLDER = "routes/routes.d"
_STACK_ROUTES = "layers/routes/routes.toml"


def new_route(project: Path, name: Name, *, prefix: str | None, origin: str) -> NewFiles:
    """Return the files of a new route.

    prefix: by default its name. origin: the URL of the origin, in which ${NAME} is a variable of the gateway.

    Raises CommandError for values that a routes.toml does not take, and for a name or prefix of another route.
    """
    if not (project / _ROUTES_FOLDER).is_dir():
        raise CommandError(f"{project / _ROUTES_FOLDER} does not exist. Run the command in the folder of a project.")
    prefix = route_prefix(name, prefix)
    below = prefix.rstrip("/")
    values = {"name": name.text, "module": name.module, "prefix": prefix, "below": below, "origin": origin}
    text = rendered("route/route.toml", values)
    path = f"{_ROUTES_FOLDER}/{name.text}.toml"
    files = NewFiles(project)
    files.add(path, text)
    files.add(f"tests/test_{name.module}_route.py", rendered("route/test.py", values))
    try:
        parse_routes(text, _variables(origin), source=path)
        for file, other in _others(project):
            for key, value in (("name", name.text), ("prefix", prefix)):
                if any(table.get(key) == value for table in load_tables(other, "route", file)):
                    raise CommandError(f'{file} has a route with the {key} "{value}". Choose another {key}.')
    except ConfigError as error:
        raise CommandError(str(error)) from None
    return files


def _others(project: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each file with routes that the gateway reads beside the new one."""
    yield f"{COPY_FOLDER}/{_STACK_ROUTES}", stack_file(_STACK_ROUTES)
    for file in sorted((project / _ROUTES_FOLDER).glob("*.toml")):
        yield f"{_ROUTES_FOLDER}/{file.name}", file.read_text(encoding="utf-8")


def _variables(origin: str) -> dict[str, str]:
    """Return an example for each ${NAME} in the origin. Only the stack has the values."""
    example = "https://api.example.com" if origin.startswith("${") else "example"
    return dict.fromkeys(re.findall(r"\$\{(\w+)\}", origin), example)
