"""Prints the live records of a twin until Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from brine_cli.desk.twin_choice import TwinFinder
from brine_cli.live.client.twin_client import TwinClient
from brine_cli.live.hub import Lost
from brine_cli.live.text.request_line import RequestLines
from brine_cli.screen.colours import Colours
from brine_cli.screen.width import terminal_width

if TYPE_CHECKING:
    from brine_cli.live.client.filters import RecordFilter


def follow(wanted: RecordFilter, twin: str | None, *, last: int, count: int | None, as_json: bool) -> int:
    """Print the wanted records to stdout. Returns the exit code. Raises TwinNotRunning and NotATwin.

    last: how many recent records come first. count: how many to print; None for no end.
    """
    out = sys.stdout
    lines = RequestLines(Colours.of(out, os.environ), lambda: terminal_width(out, os.environ))
    printed = 0
    try:
        for item in TwinClient(TwinFinder(twin)).records(recent=last, reconnects=_tell):
            if isinstance(item, Lost):
                _tell(f"{item.count} requests are missing here, because they were not read fast enough")
                continue
            if not wanted.wants(item):
                continue
            out.write(f"{item.to_json() if as_json else lines.text(item)}\n")
            out.flush()
            printed += 1
            if printed == count:
                break
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # the reader has enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # else Python complains at its end
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(f"brine: {line}\n")
    sys.stderr.flush()
