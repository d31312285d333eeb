"""Mistakes of TOML's syntax: all of them, in the words of a person, and without hiding the rest of the file."""

from __future__ import annotations

import tomllib

import pytest

from brine_cli.checking.toml.syntax import repaired


@pytest.mark.parametrize(
    ("line", "column", "message", "remedy"),
    [
        ("a = 60s", 5, "a duration without quotes.", 'Write "60s".'),
        ("a = 5 min # soon", 5, "a duration without quotes.", 'Write "5min".'),
        ("a = /orders", 5, "a text without quotes.", 'Write "/orders".'),
        ("a = https://a.test", 5, "a text without quotes.", 'Write "https://a.test".'),
        ("a = ${NAME}", 5, "a text without quotes.", 'Write "${NAME}".'),
        ("a = True", 5, "not a value of TOML.", "Write true."),
        ("  a = off", 7, "not a value of TOML.", "Write false."),
        ("a: 1", 2, '":" between the key and the value.', 'Write "=".'),
        ("a =", 4, "no value.", 'Write one behind the "=".'),
        ('a = "b', 5, "the text has no end.", 'Write " behind it.'),
        ("a = ['b'", 5, "the [ is never closed.", "Write ] behind it."),
        ("a = { b = 1", 5, "the { is never closed.", "Write } behind it."),
        ("a = 1,000", 5, "a number with a comma.", "Write 1_000."),
        ("just words", 1, "not a statement of TOML.", 'Write a key, "=" and a value.'),
        ("[[route]", 1, "not the header of a table.", "Write [[name]] in a line of its own."),
        ("first = 2", 1, '"first" is in this table twice.', "Leave one out."),
        ("a = 1 2", 7, "not valid TOML: expected newline or end of document after a statement.", "Correct the line."),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(line: str, column: int, message: str, remedy: str) -> None:
    text, mistakes = repaired(f"first = 1\n{line}\nlast = 1\n")
    (mistake,) = mistakes
    assert (mistake.place.line, mistake.place.column) == (2, column)
    assert (mistake.message, mistake.remedy) == (message, remedy)
    assert tomllib.loads(text)["first"] == 1
    assert "last" in text
    assert text.count("\n") == 3


def test_an_array_without_an_end_is_told_where_it_begins() -> None:
    text, mistakes = repaired('a = [\n  "b",\n  "c"\nd = 1\n')
    assert [(one.place.line, one.message, one.key) for one in mistakes] == [(1, "the [ is never closed.", "a")]
    assert tomllib.loads(text) == {"d": 1}


def test_a_text_of_several_lines_without_an_end_is_told_where_it_begins() -> None:
    text, mistakes = repaired('a = 1\nb = """\nmore\n')
    assert [(one.place.line, one.key) for one in mistakes] == [(2, "b")]
    assert tomllib.loads(text) == {"a": 1}


def test_the_keys_below_a_wrong_header_stay_in_a_table_of_their_own() -> None:
    text, mistakes = repaired('[[route]]\nname = "a"\n[[route]\nname = "b"\n[route.query\nsort = 1\n')
    assert [one.place.line for one in mistakes] == [3, 5]
    assert tomllib.loads(text) == {"route": [{"name": "a"}, {"name": "b", "query": {"sort": 1}}]}


def test_a_right_file_has_none() -> None:
    assert repaired("a = 1\n") == ("a = 1\n", [])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a = " + "[" * 5_000 + "]" * 5_000, "a value is too large, or nested too deeply"),
        ("a = " + "9" * 5_000, "a value is too large, or nested too deeply"),
        ("a" + ".a" * 20_000 + " = 1", "the key has more than 50 parts"),
        ("[" + ".".join(["a"] * 5_000) + "]", "the key has more than 50 parts"),
    ],
)
def test_a_line_that_no_reader_can_take_is_told_and_the_rest_is_read(line: str, message: str) -> None:
    text, mistakes = repaired(f"first = 1\n{line}\nlast = 1\n")
    (mistake,) = mistakes
    assert (mistake.place.line, mistake.message) == (2, message)
    assert tomllib.loads(text) == {"first": 1, "last": 1}
