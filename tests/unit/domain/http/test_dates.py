from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.dates import date_field, format_http_date, parse_http_date
from brine.domain.http.fields import Fields

NOW = datetime(2025, 6, 1, tzinfo=UTC).timestamp()
EXAMPLE = 784111777  # the RFC's: Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "SUN, 06 NOV 1994 08:49:37 gmt",
        "sunday, 06-nov-94 08:49:37 gMT",
    ],
)
def test_the_three_forms_in_any_case(text: str) -> None:
    assert parse_http_date(text, NOW) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "foo",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 AEST",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 06  Nov  1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08.49.37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
        "Xxx, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    assert parse_http_date(text, NOW) is None


@pytest.mark.parametrize(("two_digits", "year"), [("50", 2050), ("75", 2075), ("76", 1976), ("99", 1999), ("25", 2025)])
def test_years_of_two_digits_are_at_most_50_years_ahead(two_digits: str, year: int) -> None:
    parsed = parse_http_date(f"Thursday, 18-Aug-{two_digits} 02:01:18 GMT", NOW)
    assert parsed == datetime(year, 8, 18, 2, 1, 18, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(("two_digits", "year"), [("25", 2125), ("26", 2026), ("75", 2075), ("00", 2100)])
def test_late_in_a_century_too(two_digits: str, year: int) -> None:
    late = datetime(2075, 6, 1, tzinfo=UTC).timestamp()
    parsed = parse_http_date(f"Thursday, 18-Aug-{two_digits} 02:01:18 GMT", late)
    assert parsed == datetime(year, 8, 18, 2, 1, 18, tzinfo=UTC).timestamp()


def test_at_the_turn_of_a_century_low_years_are_of_the_next() -> None:
    late = datetime(2099, 6, 1, tzinfo=UTC).timestamp()
    assert parse_http_date("Thursday, 18-Aug-05 02:01:18 GMT", late) == parse_http_date(
        "Thu, 18 Aug 2105 02:01:18 GMT", late
    )


def test_beyond_32_bits_and_leap_seconds() -> None:
    far = datetime(2286, 11, 21, 4, 46, 39, tzinfo=UTC).timestamp()
    assert parse_http_date("Thu, 21 Nov 2286 04:46:39 GMT", NOW) == far > 2**33
    assert parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW) == 1_483_228_800


@given(st.integers(0, 253_402_300_799))
def test_what_is_written_can_be_read(seconds: int) -> None:
    assert parse_http_date(format_http_date(seconds), NOW) == seconds


@given(st.text(alphabet="Sunday, 0123456789:NovGMT-", max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    parse_http_date(text, NOW)


def test_a_field_with_two_lines_has_no_date() -> None:
    text = format_http_date(EXAMPLE)
    assert date_field(Fields([("Date", text)]), "date", NOW) == EXAMPLE
    assert date_field(Fields([("Date", text), ("Date", text)]), "date", NOW) is None
    assert date_field(Fields(), "date", NOW) is None
