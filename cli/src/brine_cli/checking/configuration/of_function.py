"""Finds the configuration files of a function: in its layers, and beside its code."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.template.functions import Function

VARIABLES: Final = {"route": "BRINE_ROUTES", "type": "BRINE_TYPES", "channel": "BRINE_CHANNELS"}
"""The variable with the path of a file, by the kind of its tables."""
_ROUTES_BESIDE_CODE: Final = "routes.toml"
_OPT, _TASK = "/opt/", "/var/task/"


def files_of(function: Function, kind: str, replaced: Path | None = None) -> tuple[Path, ...]:
    """Return the files of one kind that a function reads, the first one first; none without them.

    replaced: the file for `kind` routes in the place of the one that the template names.
    """
    named = function.environment.get(VARIABLES[kind])
    if named is None:
        beside = function.code / _ROUTES_BESIDE_CODE
        return _with_folder(beside) if kind == "route" and beside.is_file() else ()
    if kind == "route" and replaced is not None:
        return _with_folder(replaced)
    if not named.startswith(_OPT):
        return _with_folder(function.code / named.removeprefix(_TASK))
    return tuple(_in_layers(function, PurePosixPath(named.removeprefix(_OPT))))


def _with_folder(file: Path) -> tuple[Path, ...]:
    return file, *sorted(file.with_suffix(".d").glob("*.toml"))


def _in_layers(function: Function, path: PurePosixPath) -> Iterator[Path]:
    """Yield the files as Lambda merges the layers: a later layer replaces a file of an earlier one."""
    layers = [layer.content for layer in function.layers if not layer.is_built]
    main = [content / path for content in layers if (content / path).is_file()]
    if main:
        yield main[-1]
    elif layers:
        yield layers[0] / path  # which is reported as missing
    found = {file.name: file for content in layers for file in (content / path.with_suffix(".d")).glob("*.toml")}
    for name in sorted(found):
        yield found[name]
