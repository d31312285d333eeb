"""Colours of a terminal (ECMA-48, select graphic rendition).

They are of the 256 fixed colours, with a middle brightness. The eight basic colours of a terminal depend on its theme,
and the usual yellow and cyan can hardly be read on white.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

BOLD: Final = "bold"
DIM: Final = "dim"
RED: Final = "color(196)"
GREEN: Final = "color(28)"
YELLOW: Final = "color(130)"
MAGENTA: Final = "color(133)"
CYAN: Final = "color(31)"
"""The names are those of rich, so that each is a style of a rich text too."""

RESULT_COLOURS: Final = {
    "hit": GREEN,
    "collapsed": GREEN,
    "stale": CYAN,
    "validated": CYAN,
    "miss": YELLOW,
    "pass": MAGENTA,
    "refused": RED,
    "problem": RED,
}
"""The colour of each result of a gateway."""

_CODES: Final = {
    BOLD: "1",
    DIM: "2",
    RED: "38;5;196",
    GREEN: "38;5;28",
    YELLOW: "38;5;130",
    MAGENTA: "38;5;133",
    CYAN: "38;5;31",
}


class Colours:
    """Paints text, or leaves it as it is where colours are unwanted."""

    def __init__(self, *, are_wanted: bool) -> None:
        self.are_wanted = are_wanted

    @classmethod
    def of(cls, stream: IO[str], environment: Mapping[str, str]) -> Colours:
        """Return the colours for a stream: only for a terminal, and not with NO_COLOR (https://no-color.org)."""
        is_terminal = stream.isatty() and environment.get("TERM") != "dumb"
        return cls(are_wanted=is_terminal and not environment.get("NO_COLOR"))

    def paint(self, text: str, *colours: str | None) -> str:
        """Return the text in these colours, such as BOLD and RED. None is the colour of the terminal."""
        codes = [_CODES[colour] for colour in colours if colour is not None]
        if not self.are_wanted or not codes or not text.strip():
            return text
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"
