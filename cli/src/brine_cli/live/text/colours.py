"""Colours of a terminal (ECMA-48, select graphic rendition)."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES: Final = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "magenta": 35, "cyan": 36}


class Colours:
    """Paints text, or leaves it as it is where colours are unwanted."""

    def __init__(self, *, are_wanted: bool) -> None:
        self.are_wanted = are_wanted

    @classmethod
    def of(cls, stream: IO[str], environment: Mapping[str, str]) -> Colours:
        """Return the colours for a stream: only for a terminal, and not with NO_COLOR (https://no-color.org)."""
        is_terminal = stream.isatty() and environment.get("TERM") != "dumb"
        return cls(are_wanted=is_terminal and not environment.get("NO_COLOR"))

    def paint(self, text: str, colour: str | None) -> str:
        """Return the text in a colour; None is that of the terminal."""
        if not self.are_wanted or colour is None or not text.strip():
            return text
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"
