"""The progress of a replay on a terminal: its share, its speed, and the time left."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bars
    from rich.progress import Task, TaskID

    from brine_cli.replay.replaying import ReplayProgress


class Silent:
    """Shows no progress, because standard error is no terminal."""

    def begin(self, title: str, total: int) -> None:
        """Begin a step."""

    def advance(self, done: int) -> None:
        """Count the progress of the step."""


class Bar:
    """A bar for each step."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, title: str, total: int) -> None:
        """Begin a step."""
        if self._task is not None:
            self._bars.update(self._task, completed=self._bars.tasks[-1].total)
        unit = "bytes" if title == "Reading" else "requests"
        self._task = self._bars.add_task(title, total=total, unit=unit)

    def advance(self, done: int) -> None:
        """Count the progress of the step."""
        if self._task is not None:
            self._bars.advance(self._task, done)


@contextmanager
def shown_progress(*, is_wanted: bool) -> Iterator[ReplayProgress]:
    """Show the progress on standard error, if that is a terminal and `is_wanted`."""
    if not is_wanted:
        yield Silent()
        return
    from rich.console import Console  # noqa: PLC0415 - it takes a while
    from rich.progress import (  # noqa: PLC0415 - not for a pipe
        BarColumn,
        Progress,
        ProgressColumn,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text  # noqa: PLC0415 - not for a pipe

    class SpeedColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(rate_text(task.speed, task.fields["unit"]))

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Silent()
        return
    columns = (
        TextColumn("{task.description:9}"),
        BarColumn(),
        TaskProgressColumn(),
        SpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        yield Bar(bars)


def rate_text(speed: float | None, unit: str) -> str:
    """Return how fast a step goes."""
    if speed is None:
        return ""
    return f"{speed / 1e6:.1f} MB/s" if unit == "bytes" else f"{speed:,.0f} requests/s"
