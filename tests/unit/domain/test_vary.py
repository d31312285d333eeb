"""RFC 9111 section 4.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.fields import Fields
from brine.domain.vary import ANYTHING, selecting_fields, selects, vary_key, vary_names
from tests.unit.domain.stories import request, stored_response

if TYPE_CHECKING:
    from tests.unit.domain.stories import Header


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([], ()),
        ([""], ()),
        (["Foo"], ("foo",)),
        (["Foo, bar", "BAZ", "foo"], ("bar", "baz", "foo")),
        (["*"], ("*",)),
        (["*, *"], ("*",)),
        (["*", "*"], ("*",)),
        ([", *"], ("*",)),
        (["", "*"], ("*",)),
        (["*, Foo"], ("*",)),
        (["Foo, *"], ("*",)),
        (["Foo bar"], ("*",)),
        (['"Foo"'], ("*",)),
    ],
)
def test_names(lines: list[str], names: tuple[str, ...]) -> None:
    assert vary_names(Fields(("Vary", line) for line in lines)) == names


def matches(name: str, first: list[str] | None, second: list[str] | None, *stored: Header) -> bool:
    """Whether a response made for one value, or list of lines, is for the other; and whether keys say the same."""
    one, other = (request(*((name, line) for line in lines or ())) for lines in (first, second))
    names = (name.lower(),)
    response = stored_response(*stored, vary=selecting_fields(names, one))
    assert selects(response, one)
    if not stored:
        assert (vary_key(names, one) == vary_key(names, other)) is selects(response, other)
    return selects(response, other)


@pytest.mark.parametrize(
    ("name", "first", "second", "same"),
    [
        ("Foo", ["1"], ["1"], True),
        ("Foo", ["1"], ["2"], False),
        ("Foo", ["1"], None, False),
        ("Foo", None, ["1"], False),
        ("Foo", None, None, True),
        ("Foo", [""], None, False),
        ("Foo", ["1, 2"], ["1", "2"], True),
        ("Foo", ["1,2"], [" 1, 2 "], True),
        ("Foo", ["1, 2"], ["2, 1"], False),
        ("Foo", ["a"], ["A"], False),
        ("Foo", ['"a, b"'], ['"a,b"'], False),
        ("Foo", ['"a, b",c'], ['"a, b" , c'], True),
        ("Accept-Language", ["en, de"], ["de, en"], True),
        ("Accept-Language", ["en, de"], ["eN, De"], True),
        ("Accept-Language", ["en, de"], [" en ,   de"], True),
        ("Accept-Language", ["en, de"], ["en", "de"], True),
        ("Accept-Language", ["en, de"], ["en;q=1, de;q=1.0"], True),
        ("Accept-Language", ["en, de;q=0.5"], ["de; Q=0.50,en"], True),
        ("Accept-Language", ["en, de;q=0.5"], ["en;q=0.5, de"], False),
        ("Accept-Language", ["en, de;q=0.5"], ["en, de"], False),
        ("Accept-Language", ["en, de;q=0.5"], ["en, de;q=0.4"], False),
        ("Accept-Encoding", ["gzip, br"], ["BR,gzip"], True),
        ("Accept-Encoding", ["gzip"], ["gzip;q=0"], False),
        ("Accept", ["text/html, */*;q=0.1"], ["*/*;q=0.1,TEXT/html"], True),
        ("Accept", ["text/html;level=1"], ["text/html;level=2"], False),
        ("Accept", ["text/html;p=A"], ["text/html;p=a"], False),
        ("Cookie", ["a=1; b=2"], ["b=2; a=1"], False),
    ],
)
def test_normalised_values(name: str, first: list[str] | None, second: list[str] | None, same: bool) -> None:
    assert matches(name, first, second) is same


@pytest.mark.parametrize(
    ("language", "wanted", "same"),
    [
        ("de", "fr;q=0.5, de;q=1.0", True),
        ("DE", "de", True),
        ("de", "fr, de", False),
        ("de", "fr, de;q=0.5", False),
        ("de", "de;q=0", False),
        ("de", "de-AT", False),
        ("de, fr", "de", False),
        ("de", "*", False),
    ],
)
def test_a_client_gets_the_stored_language_that_it_likes_best(language: str, wanted: str, same: bool) -> None:
    assert matches("Accept-Language", ["en, de"], [wanted], ("Content-Language", language)) is same


def test_a_request_without_preferences_is_another() -> None:
    assert not matches("Accept-Language", ["en, de"], None, ("Content-Language", "de"))


def test_every_field_must_match() -> None:
    one = request(("a", "1"), ("b", "2"), ("c", "3"))
    stored = stored_response(vary=selecting_fields(("a", "b", "c"), one))
    assert selects(stored, request(("c", "3"), ("b", "2"), ("a", "1")))
    assert not selects(stored, request(("a", "1"), ("b", "x"), ("c", "3")))
    assert not selects(stored, request(("a", "1"), ("c", "3")))


def test_anything_selects_nothing() -> None:
    assert not selects(stored_response(vary=ANYTHING), request())
    assert selects(stored_response(), request(("a", "1")))


VALUES = st.none() | st.text(alphabet="a1:\n-, ", max_size=6)


@given(st.tuples(VALUES, VALUES), st.tuples(VALUES, VALUES))
def test_keys_are_equal_only_for_equal_fields(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> None:
    names = ("a", "b")
    first, second = (
        request(*((name, value) for name, value in zip(names, values, strict=True) if value is not None))
        for values in (one, other)
    )
    same = selecting_fields(names, first) == selecting_fields(names, second)
    assert (vary_key(names, first) == vary_key(names, second)) is same
    assert vary_key((), first) == ""
