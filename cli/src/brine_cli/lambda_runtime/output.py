"""The stdout of a function's process, which the twin shows line by line."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def output_pipe(show: Callable[[str], None] | None) -> Iterator[tuple[IO[bytes] | None, int | None]]:
    """Yield both ends of a pipe for stdout, or None twice if the process uses ours. Close the writing end."""
    if show is None:
        yield None, None
        return
    reading, writing = os.pipe()
    try:
        yield os.fdopen(reading, "rb"), writing  # the thread that shows the lines closes the first
    finally:
        os.close(writing)


def show_lines(output: IO[bytes] | None, show: Callable[[str], None] | None) -> None:
    """Pass the lines of an output to `show` until its end, and close it. None does nothing."""
    if output is None or show is None:
        return
    with output:
        for line in output:
            show(line.decode("utf-8", "replace").rstrip("\n"))
