"""No text of others commands a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine_cli.screen.printable import (
    printable,
    printable_document,
    printable_json,
    printable_lines,
    printable_output,
)

CLIPBOARD = "\x1b]52;c;ZXZpbA==\x07"
TEXTS = st.text(st.characters() | st.sampled_from("\x1b\x07\r\n\t\x9b\x7f\u202e\u200b[m]0;"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (CLIPBOARD, r"\x1b]52;c;ZXZpbA==\x07"),
        ("a\rb\nc", r"a\rb\nc"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb\u200b", r"a\u202eb\u200b"),
        ("\ud800", r"\ud800"),
        ("Ålesund 日本 🙂", "Ålesund 日本 🙂"),
    ],
)
def test_characters_that_a_terminal_obeys_are_shown_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_line_breaks_and_tabs_stay_in_lines() -> None:
    assert printable_lines("a\r\n\tb\x1b[2J\rc") == "a\n\tb\\x1b[2J\\rc"


def test_the_output_of_a_program_keeps_its_colours_alone() -> None:
    assert printable_output("\x1b[31mred\x1b[0m") == "\x1b[31mred\x1b[0m\x1b[0m"
    assert printable_output(f"\x1b[8ma{CLIPBOARD}") == "\x1b[8ma\\x1b]52;c;ZXZpbA==\\x07\x1b[0m"
    assert printable_output("plain") == "plain"


@given(TEXTS)
def test_no_text_has_another_character_than_printable_ones(text: str) -> None:
    assert printable(text).isprintable()
    assert all(one.isprintable() or one in "\n\t" for one in printable_lines(text))


@given(VALUES)
def test_json_means_the_same_to_a_program(value: object) -> None:
    for indent in (None, 2):
        text = printable_json(value, indent=indent)
        assert json.loads(text) == value
        assert all(one.isprintable() or one == "\n" for one in text)


def test_all_texts_of_a_document_are_printable() -> None:
    document = {"a\x1b": ["\x9b", {"b": "\r", "c": None}], "d": 1.5}
    assert printable_document(document) == {r"a\x1b": [r"\x9b", {"b": r"\r", "c": None}], "d": 1.5}
