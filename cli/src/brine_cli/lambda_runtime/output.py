"""The stdout of a function's process, which the twin shows line by line."""

from __future__ import annotations

import array
import fcntl
import os
import select
import termios
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHUNK = 65536
LONGEST_LINE: Final = 262_144
"""Bytes after which a line is shown although it goes on. CloudWatch takes 256 KB for one event."""


@contextmanager
def output_pipe(show: Callable[[str], None] | None, name: str) -> Iterator[tuple[OutputLines | None, int | None]]:
    """Yield the lines of a pipe and its writing end, or None twice if the process uses our stdout.

    It closes the writing end, which the process has then. name: of the thread that reads the lines.
    """
    if show is None:
        yield None, None
        return
    reading, writing = os.pipe()
    try:
        lines = OutputLines(reading, show, name)
        try:
            yield lines, writing
        except BaseException:
            lines.close()
            raise
        lines.start()
    finally:
        os.close(writing)


class OutputLines:
    """Passes the lines of a pipe to `show`, in a thread. It closes the pipe at its end."""

    def __init__(self, pipe: int, show: Callable[[str], None], name: str) -> None:
        self._pipe = pipe
        self._show = show
        self._changed = threading.Condition()
        self._read = self._shown = 0  # bytes
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Close the pipe."""
        with self._changed:
            self._is_open = False
            os.close(self._pipe)
            self._changed.notify_all()

    def finish(self) -> None:
        """Wait until all lines that are in the pipe now are shown, such as the last ones of a process that ended.

        A process that the function has started may keep the pipe open, so its end may come much later.
        """
        with self._changed:
            if self._is_open:
                last = self._read + _available(self._pipe)
                self._changed.wait_for(
                    lambda: not self._is_open or (self._shown >= last and not _has_ended(self._pipe))
                )

    def _run(self) -> None:
        readable = select.poll()
        readable.register(self._pipe, select.POLLIN)
        rest = b""
        while True:
            readable.poll()
            with self._changed:
                chunk = os.read(self._pipe, _CHUNK)
                self._read += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            if rest and (not chunk or len(rest) > LONGEST_LINE):
                lines.append(rest)
                rest = b""
            for line in lines:
                self._show(line.decode("utf-8", "replace"))
            if not chunk:
                self.close()
                return
            with self._changed:
                self._shown = self._read
                self._changed.notify_all()


def _has_ended(pipe: int) -> bool:
    """Return whether no process can write into a pipe any more."""
    state = select.poll()
    state.register(pipe, 0)  # which reports a hangup alone
    return bool(state.poll(0))


def _available(pipe: int) -> int:
    """Return how many bytes are in a pipe."""
    found = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, found)
    return found[0]
