"""The line that says what a command waits for: not before a second, not without a terminal, never in another line."""

from __future__ import annotations

import io
import threading

import pytest

from brine_cli.waiting import PATIENCE, WaitingLine

CLEAR = "\r\x1b[K"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_it_appears_after_a_second_and_goes_away(clock: Clock) -> None:
    terminal = Terminal()
    line = WaitingLine("waiting for moto", terminal, {}, clock)
    line.draw()
    assert terminal.getvalue() == ""
    clock.now += 2.4
    line.draw()
    assert terminal.getvalue() == f"{CLEAR}brine: waiting for moto (2 s)"
    line.say("waiting for the functions")
    line.draw()
    line.end()
    line.draw()
    assert terminal.getvalue().endswith(f"{CLEAR}brine: waiting for the functions (2 s){CLEAR}")


def test_another_line_stands_above_it(clock: Clock) -> None:
    terminal = Terminal()
    line = WaitingLine("waiting", terminal, {}, clock)
    clock.now += 2
    line.draw()
    line.above(lambda text: print(text, file=terminal))("brine: a notice")
    line.draw()  # the notice may be written later
    assert terminal.getvalue() == f"{CLEAR}brine: waiting (2 s){CLEAR}brine: a notice\n"
    clock.now += PATIENCE
    line.draw()
    assert terminal.getvalue().endswith(f"{CLEAR}brine: waiting (3 s)")


def test_it_gives_way_to_lines_of_other_streams(clock: Clock) -> None:
    terminal = Terminal()
    line = WaitingLine("waiting", terminal, {}, clock)
    clock.now += 2
    line.draw()
    line.give_way()
    line.draw()  # not before the other line
    assert terminal.getvalue() == f"{CLEAR}brine: waiting (2 s){CLEAR}"


def test_it_is_shorter_than_the_terminal(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()
    line = WaitingLine("waiting for something long", terminal, {}, clock)
    clock.now += 2
    line.draw()
    assert terminal.getvalue() == f"{CLEAR}brine: waiting for…"


@pytest.mark.parametrize(("stream", "environment"), [(io.StringIO(), {}), (Terminal(), {"TERM": "dumb"})])
def test_without_a_terminal_there_is_none(stream: io.StringIO, environment: dict[str, str]) -> None:
    with WaitingLine("waiting", stream, environment, iter(range(0, 1000, 10)).__next__) as line:
        assert not line._thread.is_alive()
    assert stream.getvalue() == ""


def test_a_thread_draws_it_within_the_context() -> None:
    terminal, times = Terminal(), iter([0.0, *[5.0] * 1000])
    drawn = threading.Event()
    terminal.flush = drawn.set  # type: ignore[method-assign]
    with WaitingLine("waiting", terminal, {}, times.__next__):
        assert drawn.wait(30)
    assert terminal.getvalue().endswith(CLEAR)
