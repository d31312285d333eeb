"""The format that a client gets (RFC 9110 section 12.5.1), and the format that a Content-Type names."""

from __future__ import annotations

import pytest

from brine.domain.formats import Format, format_of, negotiate

JSON, MSGPACK, SEALED = Format
ALL = (JSON, MSGPACK, SEALED)

CASES: list[tuple[list[str], Format | None]] = [
    ([], JSON),
    ([""], JSON),
    (["*/*"], JSON),
    (["application/*"], JSON),
    (["application/json"], JSON),
    (["application/msgpack"], MSGPACK),
    (["application/x-msgpack"], MSGPACK),
    (["application/vnd.msgpack"], MSGPACK),
    (["application/vnd.brine.sealed"], SEALED),
    (["APPLICATION/MsgPack"], MSGPACK),
    (["text/html"], None),
    (["text/html, application/msgpack"], MSGPACK),
    (["text/html", "application/msgpack"], MSGPACK),
    (["application/json;q=0.5, application/msgpack;q=0.6"], MSGPACK),
    (["application/json;q=0.5, application/msgpack;q=0.500"], JSON),
    (["application/json; q=0.1, */*"], MSGPACK),
    (["application/json;q=0, */*;q=0.1"], MSGPACK),
    (["application/*;q=0.9, */*;q=0.1"], JSON),
    (["application/*;q=0, application/vnd.brine.sealed"], SEALED),
    (["*/*;q=0"], None),
    (["application/json;q=0"], None),
    (["application/msgpack;q=0.001"], MSGPACK),
    (["application/json;charset=utf-8, */*;q=0.5"], JSON),
    (['application/json;charset="UTF-8"'], JSON),
    (["application/json;charset=latin-1"], None),
    (["application/json;version=2, application/msgpack"], MSGPACK),
    (["application/msgpack;charset=utf-8"], None),
    (["application/json ; q=0.2 , application/msgpack ; q=0.8 ; ext=1"], MSGPACK),
    (["application/msgpack;q=1.0000, application/vnd.brine.sealed;q=0.1"], SEALED),
    (["application/msgpack;q=2, application/vnd.brine.sealed"], SEALED),
    (["application/msgpack;q=, nonsense, application/vnd.brine.sealed"], SEALED),
    (["nonsense"], JSON),
    (['text/plain;x="a, application/msgpack", application/vnd.brine.sealed'], SEALED),
    (["application/x-msgpack;q=0.2, application/msgpack;q=0.1, application/json;q=0.15"], MSGPACK),
]


@pytest.mark.parametrize(("accept", "wanted"), CASES, ids=str)
def test_accept_selects_the_format(accept: list[str], wanted: Format | None) -> None:
    assert negotiate(accept, ALL) is wanted


def test_of_equals_the_first_offered_wins() -> None:
    assert negotiate(["*/*"], (SEALED, JSON)) is SEALED
    assert negotiate([], (MSGPACK, JSON)) is MSGPACK


def test_only_what_is_offered_counts() -> None:
    assert negotiate(["application/json, application/msgpack;q=0.1"], (MSGPACK,)) is MSGPACK
    assert negotiate(["application/json"], (MSGPACK,)) is None
    assert negotiate([], ()) is None


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("application/json", JSON),
        ("Application/JSON", JSON),
        ("application/json; charset=utf-8", JSON),
        ('application/json;charset="UTF-8"', JSON),
        ("application/json; charset=utf-16", None),
        ("application/msgpack", MSGPACK),
        (" application/x-msgpack ", MSGPACK),
        ("application/vnd.msgpack;charset=utf-8", None),
        ("application/vnd.brine.sealed", SEALED),
        ("application/problem+json", None),
        ("application/*", None),
        ("text/json", None),
        ("application/json; charset", None),
        ("application/json, application/json", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_content_type_names(content_type: str | None, form: Format | None) -> None:
    assert format_of(content_type) is form
