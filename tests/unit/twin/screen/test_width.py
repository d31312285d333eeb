"""Lines fit a terminal, and programs get whole lines."""

from __future__ import annotations

import io

from brine_cli.screen.width import terminal_width, wrapped, wrapped_for
from tests.unit.twin.screen.test_colours import Terminal

TEXT = "words and a_long_word " * 8


def test_the_width_is_that_of_the_terminal_or_of_the_variable() -> None:
    assert terminal_width(io.StringIO(), {}) is None
    assert terminal_width(io.StringIO(), {"COLUMNS": "72"}) == 72
    assert terminal_width(io.StringIO(), {"COLUMNS": "wide"}) is None


def test_a_text_is_broken_between_words() -> None:
    lines = wrapped(TEXT, 60, "  ").split("\n")
    assert all(len(line) < 60 for line in lines)
    assert all(line.startswith("  ") for line in lines[1:])
    assert " ".join(" ".join(lines).split()) == TEXT.strip()


def test_a_traceback_stays_as_it_is() -> None:
    assert wrapped(f"{TEXT}\n{TEXT}", 60) == f"{TEXT}\n{TEXT}"


def test_only_a_terminal_gets_several_lines() -> None:
    assert wrapped_for(io.StringIO(), TEXT, {"COLUMNS": "60"}) == TEXT
    assert "\n" in wrapped_for(Terminal(), TEXT, {"COLUMNS": "60"})
