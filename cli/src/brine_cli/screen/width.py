"""The width of a terminal."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def terminal_width(stream: IO[str], environment: Mapping[str, str]) -> int | None:
    """Return the columns of a terminal, or those of COLUMNS; None for a pipe or a file, where no text is cut."""
    if environment.get("COLUMNS", "").isdecimal():
        return int(environment["COLUMNS"]) or None
    try:
        return os.get_terminal_size(stream.fileno()).columns or None if stream.isatty() else None
    except (OSError, ValueError):  # a stream without a descriptor
        return None
