from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.field_syntax import MAX_SECONDS, delta_seconds, is_well_quoted, split_list, unquote


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", []),
        (" , ,, ", []),
        ("a,b", ["a", "b"]),
        (" a ,\tb ", ["a", "b"]),
        ('a="x, y", b', ['a="x, y"', "b"]),
        (r'a="x\", y", b', [r'a="x\", y"', "b"]),
        ('"", b', ['""', "b"]),
        ('a="x, b', ['a="x', "b"]),
        ('a="x", b="y, c', ['a="x"', 'b="y', "c"]),
        ('a"b"c"d, e', ['a"b"c"d', "e"]),
    ],
)
def test_lists_split_at_commas_outside_of_quotes(text: str, members: list[str]) -> None:
    assert split_list(text) == members


@pytest.mark.parametrize(("text", "right"), [("a", True), ('a="b,c", d', True), ('a="b', False), (r'"a\"', False)])
def test_open_quotes_are_noticed(text: str, right: bool) -> None:
    assert is_well_quoted(text) is right


@pytest.mark.parametrize(
    ("text", "content"), [("a", "a"), ('"a b"', "a b"), (r'"a\"b\\"', 'a"b\\'), ('"', '"'), ("'a'", "'a'"), ('""', "")]
)
def test_unquote(text: str, content: str) -> None:
    assert unquote(text) == content


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("60", 60),
        ("003600", 3600),
        ("2147483647", 2147483647),
        ("2147483648", MAX_SECONDS),
        ("99999999999", MAX_SECONDS),
        ("9" * 5000, MAX_SECONDS),
        ("0" * 5000 + "7", 7),
        ("0" * 5000 + "1000000000", 1_000_000_000),
        ("9999999999", MAX_SECONDS),
        ("0" * 30, 0),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        ("1 ", None),
        ("1_0", None),
        ("\u0663", None),
        ("\u00b2", None),
        ("0x10", None),
    ],
)
def test_delta_seconds(text: str, seconds: int | None) -> None:
    assert delta_seconds(text) == seconds


@given(st.text(alphabet='a," \\\t', max_size=30))
def test_no_text_is_lost_in_a_list_but_commas_and_blanks(text: str) -> None:
    kept = "".join(split_list(text))
    assert [character for character in kept if character not in ", \t"] == [c for c in text if c not in ", \t"]


def test_a_long_hostile_list_takes_linear_time() -> None:
    assert len(split_list('"\\' * 20_000 + "," * 20_000)) >= 1


def test_after_a_quote_that_is_never_closed_every_comma_separates() -> None:
    """The parser reads no quote behind it again: that would take time by the square of the length."""
    assert split_list('a="x, y", "b, c\\",\\"d\\", e') == ['a="x, y"', '"b', 'c\\"', '\\"d\\"', "e"]
    assert split_list('"' + '\\",\\",' * 9_000) == ['"\\"', *['\\"'] * 17_999]
