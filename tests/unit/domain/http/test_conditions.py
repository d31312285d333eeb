"""RFC 9110 sections 8.8 and 13, as far as a cache answers conditions itself (RFC 9111 section 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.http.conditions import (
    has_validator,
    if_range_holds,
    is_not_modified,
    strong_validator,
    validation_fields,
)
from brine.domain.http.fields import Fields
from tests.support.gateway.miniature import START, date

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

STRONG: Header = ("ETag", '"a"')
WEAK: Header = ("ETag", 'W/"a"')
MODIFIED: Header = ("Last-Modified", date(-3000))


@pytest.mark.parametrize(
    ("etag", "condition", "matches"),
    [
        ('"a"', '"a"', True),
        ('"a"', '"b"', False),
        ('"a"', '"A"', False),
        ('W/"a"', 'W/"a"', True),
        ('W/"a"', '"a"', True),
        ('"a"', 'W/"a"', True),
        ('"a"', '"a", "b", "c"', True),
        ('"a"', '"b", "a", "c"', True),
        ('"a"', '"b","c" ,"a"', True),
        ('"a,b"', '"a,b"', True),
        ('"a"', '"a,b"', False),
        ('"a"', "*", True),
        ('"a"', " * ", True),
        ('"a"', "", False),
        ('"ü"', '"ü"', True),
        ('""', '""', True),
        ('"', '""', False),
        # tags that are not quoted as they should be
        ('"a"', "a", True),
        ("a", "a", True),
        ("a", '"a"', True),
        ('w/"a"', 'w/"a"', True),
        ('W\\"a"', 'W\\"a"', True),
        ('W"a"', 'W"a"', True),
        ('"a"', 'w/"a"', False),
    ],
)
def test_if_none_match(etag: str, condition: str, matches: bool) -> None:
    response = Fields([("ETag", etag), ("Date", date())])
    assert is_not_modified(Fields([("If-None-Match", condition)]), response, START) is matches


def test_if_none_match_is_one_list_over_its_lines_and_needs_a_tag() -> None:
    asked = Fields([("If-None-Match", '"b"'), ("If-None-Match", '"a"')])
    assert is_not_modified(asked, Fields([STRONG]), START)
    assert not is_not_modified(asked, Fields([MODIFIED]), START)
    assert is_not_modified(Fields([("If-None-Match", "*")]), Fields(), START)


@pytest.mark.parametrize(
    ("response", "since", "matches"),
    [
        ([MODIFIED], date(-3000), True),
        ([MODIFIED], date(-2000), True),
        ([MODIFIED], date(-3001), False),
        ([("Last-Modified", "Sunday, 06-Nov-94 08:49:37 GMT")], "Sun Nov  6 08:49:37 1994", True),
        ([MODIFIED], "yesterday", False),
        ([MODIFIED], "", False),
        ([("Last-Modified", "yesterday")], date(), False),
        # without a Last-Modified, Date; without that, the time of receipt
        ([("Date", date(-10))], date(-10), True),
        ([("Date", date(-10))], date(-11), False),
        ([], date(), True),
        ([], date(-1), False),
    ],
)
def test_if_modified_since(response: list[Header], since: str, matches: bool) -> None:
    assert is_not_modified(Fields([("If-Modified-Since", since)]), Fields(response), START) is matches


def test_if_modified_since_counts_once_and_only_without_if_none_match() -> None:
    response = Fields([STRONG, MODIFIED])
    late: Header = ("If-Modified-Since", date())
    assert not is_not_modified(Fields([late, late]), response, START)
    assert not is_not_modified(Fields([("If-None-Match", '"b"'), late]), response, START)
    assert is_not_modified(Fields([("If-None-Match", '"a"'), ("If-Modified-Since", date(-9999))]), response, START)
    assert not is_not_modified(Fields(), response, START)


@pytest.mark.parametrize(
    ("response", "condition", "holds"),
    [
        ([STRONG], None, True),
        ([STRONG], '"a"', True),
        ([STRONG], '"b"', False),
        ([STRONG], "a", False),
        ([STRONG], 'W/"a"', False),
        ([WEAK], 'W/"a"', False),
        ([WEAK], '"a"', False),
        ([MODIFIED, ("Date", date())], date(-3000), True),
        ([STRONG, MODIFIED, ("Date", date())], date(-3000), True),
        ([MODIFIED, ("Date", date())], date(-2999), False),
        ([MODIFIED, ("Date", date())], date(-3001), False),
        ([MODIFIED, ("Date", date(-3000))], date(-3000), False),
        ([], '"a"', False),
        ([], date(), False),
        ([STRONG], "", False),
        ([("ETag", '"a"b"')], '"a"b"', False),
        ([("ETag", '"a b"')], '"a b"', False),
        ([("ETag", '"a", "b"')], '"a", "b"', False),
        ([STRONG, ("ETag", '"b"')], '"a"', False),
    ],
)
def test_if_range(response: list[Header], condition: str | None, holds: bool) -> None:
    asked = Fields([] if condition is None else [("If-Range", condition)])
    assert if_range_holds(asked, Fields(response), START) is holds


@pytest.mark.parametrize(
    ("response", "validator"),
    [
        ([STRONG], '"a"'),
        ([STRONG, MODIFIED], '"a"'),
        ([("ETag", '""')], '""'),
        ([("ETag", '"')], None),
        ([WEAK, MODIFIED], None),
        ([("ETag", "a")], None),
        ([("ETag", '"a"b"')], None),
        ([("ETag", '"a\x01"')], None),
        ([("ETag", '"a", "b"'), MODIFIED], None),
        ([STRONG, STRONG], '"a"'),
        ([STRONG, ("ETag", '"b"')], None),
        ([STRONG, ("ETag", '"b"'), MODIFIED], None),
        ([MODIFIED, ("Date", date())], date(-3000)),
        ([MODIFIED], date(-3000)),
        ([MODIFIED, ("Date", date(-3000))], None),
        ([("Last-Modified", "junk")], None),
        ([], None),
    ],
)
def test_strong_validators(response: list[Header], validator: str | None) -> None:
    assert strong_validator(Fields(response), START) == validator


def test_a_question_to_the_origin_carries_every_validator_and_none_of_the_clients() -> None:
    asked = Fields(
        [("If-None-Match", '"old"'), ("If-Modified-Since", date()), ("Accept", "*/*"), ("Range", "bytes=1-")]
    )
    assert validation_fields(asked, Fields([WEAK, MODIFIED])).lines == (
        ("accept", "*/*"),
        ("range", "bytes=1-"),
        ("if-none-match", 'W/"a"'),
        ("if-modified-since", date(-3000)),
    )
    assert "if-none-match" not in validation_fields(asked, Fields([MODIFIED]))
    assert "if-modified-since" not in validation_fields(asked, Fields([STRONG]))


def test_validators() -> None:
    assert has_validator(Fields([STRONG]))
    assert has_validator(Fields([MODIFIED]))
    assert not has_validator(Fields([("ETag", " ")]))
    assert not has_validator(Fields())
