"""Dates in fields: the current format and the two obsolete ones (RFC 9110 section 5.6.7).

Case does not matter, and any zone but GMT makes a date invalid (RFC 9111 section 4.2).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBER = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}

_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_LONG_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = f"({'|'.join(_MONTH_NUMBER)})"
_TIME = "([0-2][0-9]):([0-5][0-9]):([0-6][0-9])"
_CURRENT = re.compile(rf"{_DAY}, ([0-9]{{2}}) {_MONTH} ([0-9]{{4}}) {_TIME} gmt", re.IGNORECASE | re.ASCII)
_RFC_850 = re.compile(rf"{_LONG_DAY}, ([0-9]{{2}})-{_MONTH}-([0-9]{{2}}) {_TIME} gmt", re.IGNORECASE | re.ASCII)
_ASCTIME = re.compile(rf"{_DAY} {_MONTH} ([0-9]{{2}}| [0-9]) {_TIME} ([0-9]{{4}})", re.IGNORECASE | re.ASCII)


def parse_http_date(text: str, now: float) -> int | None:
    """Return seconds since 1970, or None when the text is not a date.

    `now`, in seconds since 1970, decides the century of a year with two digits.
    """
    return _parse(text, datetime.fromtimestamp(now, UTC).year)


@lru_cache(maxsize=128)  # stored responses are asked for again and again
def _parse(text: str, this_year: int) -> int | None:
    if match := _CURRENT.fullmatch(text):
        day, month, year, hour, minute, second = match.groups()
        return _seconds(int(year), month, day, hour, minute, second)
    if match := _RFC_850.fullmatch(text):
        day, month, year, hour, minute, second = match.groups()
        return _seconds(_full_year(int(year), this_year), month, day, hour, minute, second)
    if match := _ASCTIME.fullmatch(text):
        month, day, hour, minute, second, year = match.groups()
        return _seconds(int(year), month, day, hour, minute, second)
    return None


def format_http_date(seconds: float) -> str:
    """Format a time, in seconds since 1970, as an HTTP date."""
    moment = datetime.fromtimestamp(int(seconds), UTC)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02} {month} {moment.year:04} {moment:%H:%M:%S} GMT"


def date_field(fields: Fields, name: str, now: float) -> int | None:
    """Return the date of a field that has exactly one line and a valid date; otherwise None."""
    values = fields.all(name)
    return parse_http_date(values[0], now) if len(values) == 1 else None


def with_date(fields: Fields, received: float) -> Fields:
    """Return the fields with a valid Date: the time of receipt when they have none (RFC 9110 section 6.6.1)."""
    if date_field(fields, "date", received) is None:
        return fields.replacing("date", format_http_date(received))
    return fields


def _seconds(year: int, month: str, day: str, hour: str, minute: str, second: str) -> int | None:  # noqa: PLR0917 - in the order of datetime
    leap = int(second) == 60  # a leap second is a valid time that datetime does not know
    try:
        moment = datetime(
            year,
            _MONTH_NUMBER[month.lower()],
            int(day),
            int(hour),
            int(minute),
            59 if leap else int(second),
            tzinfo=UTC,
        )
    except ValueError:  # no such day, hour or second
        return None
    return int(moment.timestamp()) + leap


def _full_year(two_digits: int, this_year: int) -> int:
    """Return the year with these last digits that is at most 50 years ahead and less than 50 years ago."""
    year = this_year - this_year % 100 + two_digits
    if year > this_year + 50:
        return year - 100
    return year + 100 if year <= this_year - 50 else year
