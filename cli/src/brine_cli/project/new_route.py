"""`brine new route`: a route of the gateway in a file of its own, and its test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.errors import ConfigError
from brine_cli.errors import CommandError
from brine_cli.project.files import NewFiles, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.project.names import Name

_FOLDER = "routes/routes.d"


def new_route(project: Path, name: Name, *, prefix: str | None, origin: str) -> NewFiles:
    """Return the files of a new route.

    prefix: by default its name. origin: the URL of the origin; the default is the parameter Origin of the template.

    Raises CommandError for values that a routes.toml does not take, and for a prefix that another file has.
    """
    values = {"name": name.text, "module": name.module, "prefix": prefix or f"/{name.text}", "origin": origin}
    text = rendered("route/route.toml", values)
    path = f"{_FOLDER}/{name.text}.toml"
    try:
        others = "\n".join(file.read_text(encoding="utf-8") for file in sorted((project / _FOLDER).glob("*.toml")))
        parse_routes(f"{others}\n{text}", {**_variables(), **os.environ}, source=path)
    except ConfigError as error:
        raise CommandError(str(error)) from None
    files = NewFiles(project)
    files.add(path, text)
    files.add(f"tests/test_{name.module}_route.py", rendered("route/test.py", values))
    return files


def _variables() -> dict[str, str]:
    """Return values for the variables that the template of a project gives to the gateway."""
    return {"BRINE_ORIGIN": "https://api.example.com"}
