"""The console on which commands print tables and coloured text."""

from __future__ import annotations

import os
import sys
from typing import Final

from rich.console import Console
from rich.theme import Theme

from brine_cli.screen.colours import CYAN, GREEN, MAGENTA, YELLOW
from brine_cli.screen.width import terminal_width

_THEME: Final = Theme(
    {
        "json.key": CYAN,
        "json.str": GREEN,
        "json.number": YELLOW,
        **dict.fromkeys(("json.bool_true", "json.bool_false", "json.null"), MAGENTA),
    }
)


def stdout_console(width_of_files: int) -> Console:
    """Return the console on stdout. width_of_files: the columns if stdout is a pipe or a file."""
    width = terminal_width(sys.stdout, os.environ)
    has_colours = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return Console(
        color_system="256" if has_colours else "auto",  # with fewer, rich would replace magenta by white
        highlight=False,
        width=width_of_files if width is None else width,
        theme=_THEME,
    )
