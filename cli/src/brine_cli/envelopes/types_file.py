"""The classes that an envelope may hold, from a types.toml. No code of a user is imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from brine.adapters.config.types import parse_types
from brine.bootstrap.common import read_configuration
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types

_USUAL: Final = (Path("layers/routes/types.toml"), Path("routes/types.toml"))
"""Where projects have the file."""


def read_types(file: Path | None) -> Types:
    """Return the declared classes of a file, or of the project's file without one. Raises CommandError, ConfigError."""
    if file is None:
        file = next((usual for usual in _USUAL if usual.is_file()), None)
    elif not file.is_file():
        raise CommandError(f"{file}: no such file. Give --types a types.toml, which `brine types` writes")
    if file is None:
        return parse_types("").types()
    text, source = read_configuration("types", file)
    return parse_types(text, source=source).types()
