"""Both ends of an HTTP exchange write the same canonical target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine_codec.envelope.http_target import canonical_target


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("/countries/KR", "/countries/KR"),
        ("/a%20b", "/a%20b"),
        ("/a%2cb%7e", "/a,b~"),  # as API Gateway's decoding leaves it
        ("/%e9%C3%A9", "/%E9%C3%A9"),
        ("/x?a=1%262&b=%7E%c3", "/x?a=1%262&b=~%C3"),  # "&" inside a value stays apart from "&" between two
        ("/x?", "/x?"),
    ],
)
def test_escapes_are_where_they_must_be(sent: str, written: str) -> None:
    assert canonical_target(sent) == written


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_writing_twice_is_writing_once(text: str) -> None:
    once = canonical_target("/" + text)
    assert canonical_target(once) == once
