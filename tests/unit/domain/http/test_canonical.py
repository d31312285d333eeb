"""The canonical form of a value: its syntax, and that it means the same as the value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.canonical import NEGOTIATION, canonical_fields, parse_preferences
from brine.domain.http.fields import Fields


@pytest.mark.parametrize(
    ("name", "lines", "value"),
    [
        ("accept", ["text/html,application/xml;q=0.9,*/*;q=0.8"], "text/html, application/xml;q=0.9, */*;q=0.8"),
        ("accept", ["*/*;q=0.1", "TEXT/html;Level=1"], "text/html;Level=1, */*;q=0.1"),
        ("accept-language", ["en-us,en;q=0.5"], "en-US, en;q=0.5"),
        ("accept-language", ["de, EN-gb"], "de, en-GB"),
        ("accept-language", ["zh-hant-tw, sr-latn"], "sr-Latn, zh-Hant-TW"),
        ("accept-language", ["en-a-BBB-x-US, x-US"], "en-a-bbb-x-us, x-us"),
        ("accept-language", ["*"], "*"),
        ("accept-encoding", ["gzip, deflate, br;q=1.0, zstd"], "br, deflate, gzip, zstd"),
        ("accept-encoding", [""], ""),
        ("accept-encoding", ["identity;q=0, gzip;q=0.500"], "gzip;q=0.5, identity;q=0"),
        ("accept-encoding", ['0"', '"', '"'], '0", ", "'),
        ("accept-language", ["de;q=1;q=1"], "de;q=1;q=1"),
        ("accept", ["a;q=0.5;q=1, b;q=0.7"], "a;q=0.5;q=1, b;q=0.7"),
        ("accept", ["b;q=0.7, a ; Q=0.5 ;p;q=1"], "b;q=0.7, a ; Q=0.5 ;p;q=1"),
        ("cookie", ["a=b ", " c=d,e"], "a=b; c=d,e"),
        ("x", [" a , b"], "a, b"),
        ("x", ["a", 'b,"c,d"'], 'a, b, "c,d"'),
        ("x", ["a,b;c"], "a,b;c"),
        ("x", [""], ""),
        ("x", ["\t a\t"], "a"),
        ("if-none-match", ['"a","b"'], '"a", "b"'),
        ("if-none-match", ['W/"a","b"'], 'W/"a","b"'),
    ],
)
def test_forms(name: str, lines: list[str], value: str) -> None:
    assert canonical_fields(Fields((name, line) for line in lines)).lines == ((name, value),)


def test_each_name_has_one_line_where_it_first_was() -> None:
    fields = Fields([("b", "1"), ("a", "2"), ("B", "3")])
    assert canonical_fields(fields).lines == (("b", "1, 3"), ("a", "2"))


TEXT = st.text(alphabet='aB-,;q=0.15 \t"/*\\', max_size=20)


@given(st.sampled_from([*sorted(NEGOTIATION), "cookie", "x"]), st.lists(TEXT, min_size=1, max_size=3))
def test_a_form_is_its_own_form(name: str, lines: list[str]) -> None:
    once = canonical_fields(Fields((name, line) for line in lines))
    assert canonical_fields(once) == once


MEMBER = st.lists(st.sampled_from(["a", "B/*", ";q=1", ";q=0.5", "; Q=1.000", ";p", ";q=2", ",", " "]), max_size=8)


@given(st.sampled_from(sorted(NEGOTIATION)), MEMBER)
def test_a_form_with_many_weights_is_its_own_form(name: str, parts: list[str]) -> None:
    once = canonical_fields(Fields([(name, "".join(parts))]))
    assert canonical_fields(once) == once


@given(st.sampled_from(sorted(NEGOTIATION)), TEXT)
def test_no_preference_is_lost(name: str, text: str) -> None:
    form = canonical_fields(Fields([(name, text)])).get(name, "")
    assert sorted((range_.lower(), weight) for range_, weight in parse_preferences(form)) == sorted(
        (range_.lower(), weight) for range_, weight in parse_preferences(text)
    )
