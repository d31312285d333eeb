"""One text for JSON texts of the same meaning, and none where two servers may disagree about the meaning."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.queries.canonical_json import MAX_DEPTH, canonical_json, is_json_type, parse_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))


def shuffled(value: Any, draw: st.DataObject) -> Any:
    """The same value, with the members of its objects in another order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name], draw) for name in draw.draw(st.permutations(list(value)))}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@given(value=VALUES, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans(), draw=st.data())
def test_blanks_escapes_and_the_order_of_members_do_not_count(
    value: Any, indent: int | None, ascii_only: bool, draw: st.DataObject
) -> None:
    one = json.dumps(value).encode()
    other = json.dumps(shuffled(value, draw), indent=indent, ensure_ascii=ascii_only).encode()
    assert canonical_json(one) == canonical_json(other)


@given(value=VALUES)
def test_the_form_has_the_same_meaning_and_is_its_own_form(value: Any) -> None:
    form = canonical_json(json.dumps(value).encode())
    assert json.loads(form) == value
    assert canonical_json(form) == form


@given(one=VALUES, other=VALUES)
def test_two_values_never_share_a_form(one: Any, other: Any) -> None:
    texts = [json.dumps(value, sort_keys=True) for value in (one, other)]
    assert (canonical_json(texts[0].encode()) == canonical_json(texts[1].encode())) == (texts[0] == texts[1])


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('{"b": 1, "a": [true, null]}', '{"a":[true,null],"b":1}'),
        (r'"\u00e9\/\u001F\n\u007f"', '"é/\\u001f\\n\x7f"'),
        # RFC 8785 section 3.2.3: by UTF-16 code units, so an emoji comes before U+FB33
        ('{"\\ufb33": 1, "\\ud83d\\ude00": 2, "1": 3, "\\r": 4}', '{"\\r":4,"1":3,"😀":2,"\ufb33":1}'),
        ("[1, 1.0, 1e0, -0, 1E+2, 10000000000000000000001, 0.1]", "[1,1.0,1e0,-0,1E+2,10000000000000000000001,0.1]"),
        ('"\\ud83d\\ude00"', '"😀"'),
    ],
)
def test_the_form_is_that_of_rfc_8785_but_keeps_numbers(text: str, form: str) -> None:
    assert canonical_json(text.encode()).decode() == form


@pytest.mark.parametrize("unlike", [("1", "1.0"), ("1", "1e0"), ("0", "-0"), ('"é"', '"e\u0301"'), ('"1"', "1")])
def test_what_a_server_may_tell_apart_stays_apart(unlike: tuple[str, str]) -> None:
    assert len({canonical_json(text.encode()) for text in unlike}) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "\\u0062": 1}}',
        b"NaN",
        b"[-Infinity]",
        b"[01]",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        '\ufeff"a"'.encode(),
        '"a"'.encode("utf-16"),
        b'"a\nb"',
        b'"\\ud83d"',
        b'{"\\ud83d": 1}',
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"[" * 200_000,
    ],
)
def test_doubtful_content_has_no_form(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each reader words it in its own way
        canonical_json(content)


def test_the_deepest_content_has_a_form() -> None:
    content = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert canonical_json(content) == content


@pytest.mark.parametrize("content", [b"[1, {}]", b"12", b'{"a": 1.50}'])
def test_numbers_are_read_as_they_are_written(content: bytes) -> None:
    assert json.dumps(parse_json(content)).replace('"', "") == content.decode().replace('"', "")


@pytest.mark.parametrize(
    ("content_type", "is_json"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ('application/json;charset="utf-8"', True),
        ("application/graphql+json", True),
        ("application/vnd.elasticsearch+json; compatible-with=8", True),
        ("application/json; charset=utf-16", False),
        ("application/json; charset=utf-8; charset=utf-7", False),
        ("application/x-ndjson", False),
        ("application/jsonp", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_a_type_is_json_by_its_name(content_type: str, is_json: bool) -> None:
    assert is_json_type(content_type) is is_json
