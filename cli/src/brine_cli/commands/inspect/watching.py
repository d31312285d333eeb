"""Shows the figures of a twin once or each second."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from brine_cli.desk.twin_choice import TwinFinder
from brine_cli.live.client.twin_client import TwinClient, TwinNotRunning
from brine_cli.screen.printable import printable_json

if TYPE_CHECKING:
    from collections.abc import Iterator

PERIOD = 1.0
"""Seconds between two views."""
_WIDTH_OF_FILES = 120


def watch(twin: str | None, *, once: bool, as_json: bool) -> int:
    """Print the figures to stdout. Returns the exit code. Raises TwinNotRunning and NotATwin at the first failure."""
    find = TwinFinder(twin)
    client = TwinClient(find)
    first = client.stats()
    try:
        if as_json:
            for figures, _ in [(first, True)] if once else _each_second(client, first):
                sys.stdout.write(f"{printable_json(figures)}\n")
                sys.stdout.flush()
        else:
            _show(client, first, find(), once=once)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # the reader has enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its end
    return 0


def _show(client: TwinClient, first: dict[str, Any], url: str, *, once: bool) -> None:
    from rich.live import Live as Display  # noqa: PLC0415 - JSON needs no rich

    from brine_cli.commands.inspect.dashboard import dashboard  # noqa: PLC0415 - the same
    from brine_cli.screen.rich_console import stdout_console  # noqa: PLC0415 - the same

    console = stdout_console(_WIDTH_OF_FILES)
    if once or not console.is_terminal:
        console.print(dashboard(first, url, console.width, None))
        return
    with Display(console=console, screen=True, auto_refresh=False) as display:
        for figures, is_there in _each_second(client, first):
            size = console.size
            display.update(dashboard(figures, url, size.width, size.height, is_there=is_there), refresh=True)


def _each_second(client: TwinClient, first: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the figures, and whether the twin is there: without it, the last figures stay."""
    figures, is_there = first, True
    while True:
        yield figures, is_there
        time.sleep(PERIOD)
        try:
            figures, is_there = client.stats(), True
        except TwinNotRunning:
            is_there = False
