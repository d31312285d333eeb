"""`brine new`: write a project, a function or a route."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from brine_cli.declared_types.refresh import refresh_types
from brine_cli.project.names import Name
from brine_cli.project.new_function import new_function
from brine_cli.project.new_project import new_project
from brine_cli.project.new_route import new_route
from brine_cli.project.paths import function_path, route_prefix
from brine_cli.twin import to_stderr
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

_TWIN = "http://127.0.0.1:3000"


def project(folder: Path, *, origin: str | None, wheels: Path | None) -> None:
    """Write a project into a new folder. Raises CommandError."""
    with waiting("collecting the wheels of Brine") as wait:
        written = new_project(folder, origin=origin, wheels=wheels, report=wait.above(to_stderr))
    _show(written)
    _next(f"cd {folder}", "uv run brine dev", f"curl -i {_TWIN}/hello/7    # twice: the second answer is a hit")


def function(given_name: str, *, given_path: str | None) -> None:
    """Add a function to the project in this folder. Raises CommandError."""
    name = Name.of_function(given_name)
    path = function_path(name, given_path)
    _show(new_function(Path(), name, path).write())
    refresh_types(Path("template.yaml"), to_stderr)
    _next(f"uv run pytest tests/test_{name.module}.py", "uv run brine dev", f"curl -i {_TWIN}{path}/7")


def route(given_name: str, *, given_prefix: str | None, origin: str) -> None:
    """Add a route of the gateway to the project in this folder. Raises CommandError."""
    name = Name.checked(given_name, "route")
    prefix = route_prefix(name, given_prefix)
    _show(new_route(Path(), name, prefix=prefix, origin=origin).write())
    test = f"uv run pytest tests/test_{name.module}_route.py"
    _next(test, "uv run brine dev", f"curl -i {_TWIN}{prefix.rstrip('/')}/17")


def _show(paths: Iterable[str]) -> None:
    for path in sorted(paths):
        print(f"  {path}")


def _next(*commands: str) -> None:
    print("\nNext:")
    for command in commands:
        print(f"  {command}")
