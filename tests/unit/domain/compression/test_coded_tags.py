"""Entity tags of compressed answers, and the conditions of clients that have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.compression.accepted_codings import CODINGS, accepted_codings
from brine.domain.compression.coded_tags import coded_tag, confirmed_tag, with_origin_tags
from brine.domain.http.conditions import if_range_holds, is_not_modified
from brine.domain.http.dates import format_http_date
from brine.domain.http.fields import Fields

ANY = accepted_codings(["gzip, br, zstd"])
MODIFIED = ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")
FROM_DATE = 'W/"lm-2ebc98a1~gzip"'


def asked(*lines: tuple[str, str], accepts: str = "gzip, br, zstd", is_read: bool = True) -> Fields:
    return with_origin_tags(Fields(lines), accepted_codings([accepts]), is_read=is_read)


@pytest.mark.parametrize(
    ("lines", "tag"),
    [
        ([("etag", '"a"')], 'W/"a~gzip"'),
        ([("etag", 'W/"a"')], 'W/"a~gzip"'),
        ([("etag", "a")], 'W/"a~gzip"'),
        ([("etag", '"a"'), MODIFIED], 'W/"a~gzip"'),
        ([("etag", '"a"'), ("etag", '"b"')], None),
        ([("etag", '"a"'), ("etag", '"b"'), MODIFIED], None),
        ([MODIFIED], FROM_DATE),
        ([("last-modified", "yesterday")], None),
        ([MODIFIED, MODIFIED], None),
        ([("last-modified", "Fri, 31 Dec 9999 23:59:59 GMT")], None),
        ([("last-modified", "Wed, 31 Dec 1969 23:59:59 GMT")], None),
        ([], None),
    ],
)
def test_the_tag_names_the_coding(lines: list[tuple[str, str]], tag: str | None) -> None:
    assert coded_tag(Fields(lines), "gzip") == tag


def test_each_coding_has_a_tag_of_its_own() -> None:
    assert len({coded_tag(Fields([("etag", '"a"')]), coding) for coding in CODINGS}) == len(CODINGS)


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ('W/"a~gzip"', 'W/"a~gzip", "a"'),
        ('"a~gzip"', '"a~gzip", "a"'),
        ('"x", W/"a~br", W/"b~zstd"', '"x", W/"a~br", W/"b~zstd", "a", "b"'),
        ('W/"a~gzip", W/"a~br"', 'W/"a~gzip", W/"a~br", "a"'),
        ('W/"a~json-1~zstd"', 'W/"a~json-1~zstd", "a~json-1"'),
        ('W/"a, b~zstd"', 'W/"a, b~zstd", "a, b"'),
        (f'{FROM_DATE}, "x"', f'{FROM_DATE}, "x", "lm-2ebc98a1"'),
        ('"a~deflate"', '"a~deflate"'),
        ('"a"', '"a"'),
        ("*", "*"),
        ("a~gzip", "a~gzip"),
        ('"~', '"~'),
    ],
)
@pytest.mark.parametrize("name", ["if-none-match", "if-match"])
def test_conditions_get_the_tags_of_the_origin(name: str, sent: str, understood: str) -> None:
    assert asked((name, sent)).get(name) == understood
    assert asked((name, sent), is_read=False).get(name) == understood


def test_lines_of_a_condition_are_one_list() -> None:
    fields = asked(("if-none-match", 'W/"a~gzip"'), ("x", "y"), ("if-none-match", '"b"'))
    assert fields.all("if-none-match") == ('W/"a~gzip", "b", "a"',)
    assert fields.get("x") == "y"


def test_a_read_is_not_answered_304_for_a_coding_that_the_client_does_not_accept() -> None:
    line = ("if-none-match", 'W/"a~br"')
    assert asked(line, accepts="gzip").get("if-none-match") == 'W/"a~br"'
    assert asked(line, accepts="").get("if-none-match") == 'W/"a~br"'
    assert asked(line, accepts="gzip, br;q=0").get("if-none-match") == 'W/"a~br"'


def test_a_change_is_refused_for_each_coding() -> None:
    assert asked(("if-none-match", 'W/"a~br"'), accepts="", is_read=False).get("if-none-match") == 'W/"a~br", "a"'
    assert asked(("if-match", 'W/"a~br"'), accepts="").get("if-match") == 'W/"a~br", "a"'


def test_a_tag_from_a_date_becomes_a_condition_with_the_date() -> None:
    fields = asked(("if-none-match", FROM_DATE))
    assert fields.lines == (("if-modified-since", MODIFIED[1]),)
    fields = asked(("if-match", FROM_DATE), is_read=False)
    assert fields.lines == (("if-unmodified-since", MODIFIED[1]),)


def test_the_date_that_a_client_sent_itself_counts() -> None:
    own = ("if-modified-since", "Sun, 06 Nov 1994 08:00:00 GMT")
    assert asked(("if-none-match", FROM_DATE), own).lines == (own,)


def test_of_two_tags_from_dates_the_older_counts() -> None:
    fields = asked(("if-none-match", f'{FROM_DATE}, W/"lm-2ebc98a0~br"'))
    assert fields.get("if-modified-since") == "Sun, 06 Nov 1994 08:49:36 GMT"


def test_no_number_in_a_tag_is_too_large_for_a_date() -> None:
    assert asked(("if-none-match", 'W/"lm-ffffffff~gzip"')).get("if-modified-since") == format_http_date(2**32 - 1)
    assert asked(("if-none-match", 'W/"lm-fffffffff~gzip"')).get("if-none-match") is not None


TEXTS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f'), max_size=6)


@given(TEXTS, st.booleans(), st.sampled_from(CODINGS), st.lists(TEXTS, max_size=3))
def test_the_tag_that_was_sent_is_confirmed(opaque: str, weak: bool, coding: str, others: list[str]) -> None:
    origin = Fields([("etag", f'{"W/" if weak else ""}"{opaque}"')])
    tag = coded_tag(origin, coding)
    assert tag is not None
    client = Fields([("if-none-match", ", ".join([*(f'"{one}"' for one in others), tag]))])
    assert is_not_modified(with_origin_tags(client, ANY, is_read=True), origin, 0)
    assert confirmed_tag(client, origin, ANY) == tag


@given(TEXTS, TEXTS, st.sampled_from(CODINGS))
def test_a_tag_of_other_content_is_not_confirmed(opaque: str, other: str, coding: str) -> None:
    origin = Fields([("etag", f'"{opaque}"')])
    client = Fields([("if-none-match", f'W/"{other}~{coding}"')])
    changed = opaque not in {other, f"{other}~{coding}"}
    assert is_not_modified(with_origin_tags(client, ANY, is_read=True), origin, 0) is not changed
    if changed:
        assert confirmed_tag(client, origin, ANY) is None


@given(TEXTS, st.sampled_from(CODINGS))
def test_no_tag_of_a_compressed_answer_permits_a_range(opaque: str, coding: str) -> None:
    origin = Fields([("etag", f'"{opaque}"')])
    tag = coded_tag(origin, coding) or ""
    for sent in (tag, tag.removeprefix("W/")):
        assert not if_range_holds(Fields([("if-range", sent)]), origin, 0)


def test_a_304_confirms_only_an_accepted_coding() -> None:
    client = Fields([("if-none-match", 'W/"a~br", W/"a~gzip", "a"')])
    origin = Fields([("etag", '"a"')])
    assert confirmed_tag(client, origin, accepted_codings(["gzip"])) == 'W/"a~gzip"'
    assert confirmed_tag(client, origin, accepted_codings([])) is None


def test_a_304_confirms_a_tag_from_the_date_of_the_response() -> None:
    client = Fields([("if-none-match", FROM_DATE)])
    assert confirmed_tag(client, Fields([MODIFIED]), ANY) == FROM_DATE
    assert confirmed_tag(client, Fields([("last-modified", "Sun, 06 Nov 1994 08:49:36 GMT")]), ANY) is None
    assert confirmed_tag(client, Fields([]), ANY) is None
