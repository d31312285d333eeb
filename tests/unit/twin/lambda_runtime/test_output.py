"""The lines of a process are shown in their order, and the last ones before its end is reported."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from brine_cli.lambda_runtime.output import LONGEST_LINE, output_pipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.lambda_runtime.output import OutputLines


def lines_of(show: Callable[[str], None], content: bytes) -> OutputLines:
    """The output of a process that has written this content and ended."""
    with output_pipe(show, "output") as (lines, writing):
        assert lines is not None
        assert writing is not None
        os.write(writing, content)
    return lines


def test_all_lines_are_shown_at_the_end() -> None:
    shown: list[str] = []
    lines_of(shown.append, b"one\ntwo\xff\nthree").finish()
    assert shown == ["one", "two�", "three"]


@pytest.mark.slow
def test_the_end_waits_for_lines_that_are_shown_slowly() -> None:
    """A busy machine may show the first line long after the process has ended."""
    shown: list[str] = []
    may_show = threading.Event()

    def show(line: str) -> None:
        may_show.wait()
        shown.append(line)

    lines = lines_of(show, b"one\ntwo\n")
    ended = threading.Thread(target=lines.finish, daemon=True)
    ended.start()
    ended.join(1.2)
    assert ended.is_alive()
    may_show.set()
    ended.join(30)
    assert (ended.is_alive(), shown) == (False, ["one", "two"])


def test_a_process_that_keeps_the_pipe_open_is_not_waited_for() -> None:
    shown: list[str] = []
    with output_pipe(shown.append, "output") as (lines, writing):
        assert lines is not None
        assert writing is not None
        os.write(writing, b"one\n")
        holder = subprocess.Popen(["sleep", "60"], stdout=writing)
    try:
        lines.finish()
        assert shown == ["one"]
        assert holder.poll() is None
    finally:
        holder.kill()
        holder.wait()
    lines.finish()


def test_a_failed_start_closes_the_pipe() -> None:
    with pytest.raises(OSError, match="none"), output_pipe(print, "output") as (lines, _):
        raise OSError("none")
    assert lines is not None
    lines.finish()


def test_no_pipe_without_a_reader() -> None:
    with output_pipe(None, "output") as both:
        assert both == (None, None)


def test_a_line_without_an_end_is_shown_in_parts() -> None:
    """A function may write such a line for hours, and the twin must not keep all of it."""
    shown: list[str] = []
    with output_pipe(shown.append, "output") as (lines, writing):
        assert lines is not None
        assert writing is not None
        function = os.dup(writing)  # nobody reads before the end of this block
    with os.fdopen(function, "wb") as output:
        output.write(b"x" * (20 * 65_536) + b"\nend\n")
    lines.finish()
    assert sum(map(len, shown)) == 20 * 65_536 + len("end")
    assert max(map(len, shown)) <= LONGEST_LINE + 65_536
    assert shown[-1] == "end"
