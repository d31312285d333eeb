"""The width of a terminal, and lines that fit it."""

from __future__ import annotations

import os
import textwrap
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


def wrapped(text: str, width: int | None, indent: str = "") -> str:
    """Return a text of one line in several, if a terminal would break it within a word.

    width: the columns; None for no limit. indent: before all lines but the first. A text of several lines stays.
    """
    if width is None or "\n" in text:
        return text
    return textwrap.fill(
        text, max(40, width - 1), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def wrapped_for(stream: IO[str], text: str, environment: Mapping[str, str]) -> str:
    """Return a text as it is, or for a terminal in lines of its width. Programs read whole lines, also with COLUMNS."""
    return wrapped(text, terminal_width(stream, environment) if stream.isatty() else None)
