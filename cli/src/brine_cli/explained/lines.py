"""The building blocks of the report: sections of rows, each a label and a text that is wrapped beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from brine.domain.durations import duration_text
from brine_cli.screen.colours import BOLD, DIM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

LABEL: Final = 10
"""The least width of a label."""


@dataclass(slots=True)
class Section:
    """A part of the report. `rows`: a label, a text, and a remark about it, which may be empty.

    is_aside: whether the remarks have a column of their own, and are not wrapped.
    """

    title: str
    is_aside: bool = False
    rows: list[tuple[str, str | Text, str]] = field(default_factory=list)

    def add(self, label: str, text: str | Text, remark: str = "") -> None:
        """Add a row."""
        self.rows.append((label, text, remark))

    def rendered(self) -> Iterable[RenderableType]:
        """Yield the title and the rows."""
        yield Text(self.title, style=BOLD)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style=DIM, min_width=0 if self.is_aside else LABEL, max_width=22, overflow="fold")
        table.add_column(overflow="fold")
        if self.is_aside:
            table.add_column(style=DIM, no_wrap=True)
        for label, text, remark in self.rows:
            line = Text().append_text(text if isinstance(text, Text) else Text(text))
            if self.is_aside:
                table.add_row(label, line, remark)
                continue
            if remark:
                line.append("  " if line.plain else "")
                line.append(remark, style=DIM)
            table.add_row(label, line)
        yield Padding(table, (0, 0, 1, 2))


def ago(at: float, now: float) -> str:
    """Return a time relative to now, such as "7 s ago" or "in 53 s"."""
    return f"in {duration_text(at - now)}" if at > now else f"{duration_text(now - at)} ago"


def left(at: float, now: float) -> str:
    """Return the time from now until then, such as "53 s more"."""
    return f"{duration_text(max(0.0, at - now))} more"


def size_text(size: int) -> str:
    """Return a number of bytes for people."""
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
