from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.structured import NotStructured, StructuredToken, parse_dictionary

if TYPE_CHECKING:
    from brine.domain.http.structured import BareItem


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", {}),
        ("  a  ", {"a": True}),
        ("max-age=60, private", {"max-age": 60, "private": True}),
        ("a=1,b=?0 ,\tc", {"a": 1, "b": False, "c": True}),
        ("a=-15, b=4.5", {"a": -15, "b": 4.5}),
        ("a=999999999999999", {"a": 999_999_999_999_999}),
        ('a="x, \\"y\\" \\\\"', {"a": 'x, "y" \\'}),
        ("a=tok/en:1", {"a": "tok/en:1"}),
        ("a=:YWJj:", {"a": None}),
        ('a=(1 "b" c;d=1);e, f', {"a": None, "f": True}),
        ("a=()", {"a": None}),
        ("a=1;b;c=2; d=x, e;f=?1", {"a": 1, "e": True}),
        ("a=1, b=2, a=3", {"b": 2, "a": 3}),
        ("*a=1", {"*a": 1}),
    ],
)
def test_dictionaries(text: str, members: dict[str, BareItem]) -> None:
    assert parse_dictionary(text) == members


def test_tokens_are_not_strings() -> None:
    assert isinstance(parse_dictionary("a=b")["a"], StructuredToken)
    assert not isinstance(parse_dictionary('a="b"')["a"], StructuredToken)


@pytest.mark.parametrize(
    "text",
    [
        "Max-Age=60",
        "a, &&&&&",
        "a =1",
        "a= 1",
        "a=",
        "a=1.",
        "a=1.2345",
        "a=1000000000000000",
        "a=1234567890123.1",
        "a=--1",
        'a="x',
        'a="\x7f"',
        'a="\\n"',
        'a="ü"',
        "a=?2",
        "a=:a",
        "a=(1",
        "a=(1,2)",
        "a=(1)b",
        "a b",
        "a,",
        ",a",
        "a,,b",
        "a;",
        "a;B=1",
        "a=1;b= 2",
        "\ta",
        "1a",
        "ä",
    ],
)
def test_one_error_makes_all_invalid(text: str) -> None:
    with pytest.raises(NotStructured):
        parse_dictionary(text)


def test_each_line_is_a_dictionary_of_its_own() -> None:
    assert parse_dictionary("a=1, b", "a=2") == {"b": True, "a": 2}
    assert parse_dictionary() == {}
    for lines in (('a="', 'b, c="'), ("a=1", "b="), ("a=(1", "2)")):
        with pytest.raises(NotStructured):
            parse_dictionary(*lines)


@given(st.text(alphabet='ab=?01.;, "\\():-\t', max_size=40))
def test_every_text_is_a_dictionary_or_is_not(text: str) -> None:
    try:
        members = parse_dictionary(text)
    except NotStructured:
        return
    assert all(members)
