"""Writes the log of a running twin: one write for each line, by one thread, so that no line interrupts another one.

The threads that serve requests only put into a queue. A terminal that is too slow loses lines of requests, and a line
says how many. The output of functions waits instead, as it does in a pipe.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Literal, Self, assert_never

from brine_cli.live.hub import Lost, Mailbox
from brine_cli.live.text.function_lines import readable
from brine_cli.live.text.request_line import RequestLines
from brine_cli.screen.colours import Colours
from brine_cli.screen.printable import printable_output
from brine_cli.screen.width import terminal_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.live.record import RequestRecord

type LogMode = Literal["line", "full", "json", "none"]
"""The form of the log.

- `line`: a line for each request, and the output of functions without metrics.
- `full`: the same, with all metrics and all values of log records.
- `json`: a record in JSON for each request, and the output of functions unchanged.
- `none`: neither.
"""

INDENT = " " * len("brine: ")
LIMIT = 10_000
"""Lines that may wait to be written."""
_OUTPUT_SECONDS = 60.0
_END_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _FunctionLine:
    """A line of a function. is_recorded: whether a record tells the same."""

    line: str
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class _OwnLine:
    line: str


class LogPrinter:
    """Writes to `out` and to `errors` (the twin's own lines) within its context. give_way: called before each line."""

    def __init__(
        self,
        mode: LogMode,
        out: IO[str],
        errors: IO[str],
        environment: Mapping[str, str],
        give_way: Callable[[], None] = lambda: None,
    ) -> None:
        self.mode: LogMode = mode
        self._out = out
        self._errors = errors
        self._give_way = give_way
        self._mailbox: Mailbox[RequestRecord | _FunctionLine | _OwnLine] = Mailbox(LIMIT)
        self._width = partial(terminal_width, out, environment)
        self._lines = RequestLines(Colours.of(out, environment), self._width)
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._mailbox.close()
        self._thread.join(_END_SECONDS)

    @property
    def prints_requests(self) -> bool:
        """Whether each request has a line, with its notes."""
        return self.mode != "none"

    def record(self, record: RequestRecord) -> None:
        """Write the line of a request. Never waits."""
        if self.mode != "none":
            self._mailbox.put(record)

    def output(self, line: str, *, is_recorded: bool) -> None:
        """Write a line of a function. Waits for a slow terminal."""
        if self.mode != "none":
            self._mailbox.put(_FunctionLine(line, is_recorded), timeout=_OUTPUT_SECONDS)

    def report(self, line: str) -> None:
        """Write a line of the twin itself."""
        self._mailbox.put(_OwnLine(line), timeout=_OUTPUT_SECONDS)

    def _write_all(self) -> None:
        while (item := self._mailbox.get()) is not None:  # until it is closed and empty
            stream = self._errors if isinstance(item, _OwnLine | Lost) else self._out
            text = self._text(item)
            if text is not None:
                self._give_way()
                with contextlib.suppress(OSError, ValueError):  # the reader of our output has ended
                    stream.write(f"{text}\n")
                    stream.flush()

    def _text(self, item: RequestRecord | _FunctionLine | _OwnLine | Lost) -> str | None:
        match item:
            case Lost():
                return f"brine: {item.count} lines are missing here, because they were not read fast enough"
            case _OwnLine():
                return wrapped(printable_output(f"brine: {item.line}"), self._width(), INDENT)
            case _FunctionLine():
                if self.mode == "json":
                    return item.line
                if self.mode == "full":
                    return readable(item.line, with_all=True)
                return None if item.is_recorded else readable(item.line)
            case record:
                return record.to_json() if self.mode == "json" else self._lines.text(record)
        assert_never(item)


def standard_printer(mode: LogMode, give_way: Callable[[], None]) -> LogPrinter:
    """Return the printer for stdout and stderr. give_way: called before each line."""
    return LogPrinter(mode, sys.stdout, sys.stderr, os.environ, give_way)
