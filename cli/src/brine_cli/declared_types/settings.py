"""The sources and the output of `brine types`: the table `[tool.brine.types]` of a project's pyproject.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.tables import TableReader
from brine.adapters.config.values import texts
from brine_cli.errors import CommandError, shown

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_SOURCES: Final = ("functions/*/app.py",)
DEFAULT_OUTPUT: Final = "routes/types.d/generated.toml"
_FILE: Final = "pyproject.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesSettings:
    """The settings of one run.

    root: the folder of the project. sources: files relative to `root`, patterns of files, and names of modules.
    output: the file to write. leave_out: names of classes that are not declared. command: the arguments that make the
    file again, for its first line. is_configured: whether the project has the table.
    """

    root: Path
    sources: tuple[str, ...] = DEFAULT_SOURCES
    output: Path
    leave_out: tuple[str, ...] = ()
    command: str = ""
    is_configured: bool = False


def project_settings(start: Path) -> TypesSettings:
    """Return the settings of the project around a folder. Raises CommandError for a mistake in pyproject.toml.

    The project is the nearest folder with the table, or else the nearest with a pyproject.toml, or else `start`.
    """
    folders = (start.resolve(), *start.resolve().parents)
    projects = [folder for folder in folders if (folder / _FILE).is_file()]
    for folder in projects:
        table = _table(folder / _FILE)
        if table is not None:
            return _settings(folder, table)
    root = projects[0] if projects else folders[0]
    return TypesSettings(root=root, output=root / DEFAULT_OUTPUT)


def _table(file: Path) -> object:
    """Return the table, or None without it."""
    try:
        document: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(f"{shown(file)} cannot be read: {error}") from None
    for key in ("tool", "brine", "types"):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _settings(root: Path, table: object) -> TypesSettings:
    try:
        given = _READ(table)
    except ValueError as error:
        raise CommandError(f"{shown(root / _FILE)}: [tool.brine.types]: {error}") from None
    output = root / given.pop("output", DEFAULT_OUTPUT)
    return TypesSettings(root=root, output=output, is_configured=True, **given)


def _path(value: object) -> str:
    if isinstance(value, str) and value.endswith(".toml"):
        return value
    raise ValueError(f'not the path of a TOML file. Write one in quotes, such as "{DEFAULT_OUTPUT}".')


_READ: Final = TableReader(
    {"sources": texts, "output": _path, "leave_out": texts}, example='sources = ["functions/orders/app.py"]'
)
