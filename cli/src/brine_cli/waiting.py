"""A line at a terminal that says what a command waits for, and for how long. It appears after a second."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATIENCE: Final = 1.0
"""Seconds after which the line appears, and for which it stays away after another line."""
_INTERVAL: Final = 0.2
_CLEAR: Final = "\r\x1b[K"


def waiting(what: str) -> WaitingLine:
    """Return the line on stderr. `what`: such as "reading the secret"."""
    return WaitingLine(what, sys.stderr, os.environ)


class WaitingLine:
    """The line, on `stream`, within its context. Without a terminal there is none.

    what: what the command waits for; `say` changes it. clock: monotonic seconds.
    """

    def __init__(
        self,
        what: str,
        stream: IO[str],
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._stream = stream
        self._clock = clock
        self._began = clock()
        self._quiet_until = self._began + PATIENCE
        self._is_shown = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._can_draw = stream.isatty() and environment.get("TERM") != "dumb"
        self._thread = threading.Thread(target=self._draw_all, name="waiting", daemon=True)

    def __enter__(self) -> Self:
        if self._can_draw:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def say(self, what: str) -> None:
        """Wait for something else from now on."""
        self._what = what

    def end(self) -> None:
        """Remove the line for good. A second call has no effect."""
        self._ended.set()
        with self._lock:
            self._clear()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def above(self, report: Callable[[str], None]) -> Callable[[str], None]:
        """Return `report` in a form that removes the line first, so that the other line stands above it."""

        def write(line: str) -> None:
            self.give_way()
            report(line)

        return write

    def give_way(self) -> None:
        """Remove the line, and stay away for PATIENCE seconds: another line is written now."""
        with self._lock:
            self._clear()
            self._quiet_until = self._clock() + PATIENCE

    def draw(self) -> None:
        """Write the line again, unless it is too early or ended."""
        with self._lock:
            now = self._clock()
            if self._ended.is_set() or now < self._quiet_until:
                return
            text = f"brine: {self._what} ({now - self._began:.0f} s)"
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(_CLEAR + (text if len(text) <= width else f"{text[: width - 1]}…"))
            self._stream.flush()
            self._is_shown = True

    def _draw_all(self) -> None:
        while not self._ended.wait(_INTERVAL):
            self.draw()

    def _clear(self) -> None:
        if self._is_shown:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._is_shown = False
