"""RFC 9111 section 4.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.vary import VARY_STAR, selecting_digests, selects, vary_names
from brine.domain.http.fields import Fields
from brine.domain.routing.upstream import upstream_request
from tests.support.gateway.miniature import OPEN, digest, request, stored_response

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header


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
    """Whether a response made for one value (a list of lines) may answer a request with the other.

    Without `stored`, it may if, and only if, the origin gets the same lines.
    """
    one, other = (upstream_request(request(*((name, line) for line in lines or ())), OPEN) for lines in (first, second))
    response = stored_response(*stored, vary=(name.lower(),), made_for=one)
    assert selects(response, one, digest)
    if not stored:
        assert (one == other) is selects(response, other, digest)
    return selects(response, other, digest)


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
        ("Accept", ["text/html, text/plain"], ["text/plain, text/html"], False),
        ("Accept", ["text/html;q=0.5, */*;q=0.1, a/b"], ["a/b, text/html;q=0.50, */*;q=.1"], False),
        ("Accept", ["text/html;q=0.5, */*;q=0.1, a/b"], ["a/b, text/html;q=0.50, */*;q=0.1"], True),
        ("Accept-Language", ["en"], ["en;q=1.5"], False),
        ("Cookie", ["a=1; b=2"], ["b=2; a=1"], False),
        ("Cookie", ["a=1,2"], ["a=1, 2"], False),
        ("Cookie", ["a=1", "b=2"], ["a=1; b=2"], True),
        ("Authorization", ["a,b"], ["a, b"], False),
        ("Origin", ["https://a.example,"], ["https://a.example"], False),
        ("Origin", ["https://a.example", ""], ["https://a.example"], False),
        ("Origin", ["https://a.example, https://b.example"], ["https://a.example,https://b.example"], False),
        ("Foo", ["1,,2"], ["1,2"], False),
        ("Foo", [",1"], ["1"], False),
        ("Foo", ['{"a":1,"b":2}'], ['{"a":1, "b":2}'], False),
        ("Foo", ["a b,c"], ["a b, c"], False),
        ("User-Agent", ["Mozilla (KHTML, like Gecko)"], ["Mozilla (KHTML,like Gecko)"], False),
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
    stored = stored_response(vary=("a", "b", "c"), made_for=request(("a", "1"), ("b", "2"), ("c", "3")))
    assert selects(stored, request(("c", "3"), ("b", "2"), ("a", "1")), digest)
    assert not selects(stored, request(("a", "1"), ("b", "x"), ("c", "3")), digest)
    assert not selects(stored, request(("a", "1"), ("c", "3")), digest)


def test_anything_selects_nothing() -> None:
    assert not selects(stored_response(vary=VARY_STAR), request(), digest)
    assert selects(stored_response(), request(("a", "1")), digest)


VALUES = st.none() | st.lists(st.text(alphabet='aA1:\n-, ";q=.\t', max_size=6), min_size=1, max_size=2)
NAMES = st.sampled_from(["accept", "accept-language", "accept-encoding", "cookie", "origin", "x-kind"])


@given(NAMES, VALUES, VALUES)
def test_two_requests_select_the_same_only_if_the_origin_gets_the_same(
    name: str, one: list[str] | None, other: list[str] | None
) -> None:
    first, second = (upstream_request(request(*((name, line) for line in lines or ())), OPEN) for lines in (one, other))
    same = selecting_digests((name,), first, digest) == selecting_digests((name,), second, digest)
    assert same is (first.fields == second.fields)
