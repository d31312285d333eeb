"""Dates, times and durations as text (ISO 8601, RFC 3339), and back, without loss."""

from __future__ import annotations

import datetime as dt
import re

_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{6})?)?)?"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE_TEXT = re.compile(_DATE)
_DATETIME_TEXT = re.compile(f"{_DATE}T{_TIME}{_ZONE}")
_TIME_TEXT = re.compile(f"{_TIME}{_ZONE}")
_SECONDS_TEXT = re.compile(r"(-?)([0-9]{1,14})(?:\.([0-9]{1,6}))?")


def is_offset_only(zone: dt.tzinfo | None, fold: int) -> bool:
    """Return whether an ISO text represents the zone fully: no zone, or only an offset."""
    unnamed = zone is None or (type(zone) is dt.timezone and len(offset_and_name(zone)) == 1)
    return unnamed and not fold


def offset_and_name(zone: dt.timezone) -> tuple[dt.timedelta, str] | tuple[dt.timedelta]:
    """Return the offset of a timezone, and its name if it was given one."""
    return zone.__getinitargs__()  # type: ignore[attr-defined, no-any-return]  # copy and pickle call it


def read_date(text: str) -> dt.date:
    """Parse a date. Raises ValueError."""
    return dt.date.fromisoformat(_checked(_DATE_TEXT, text))


def read_datetime(text: str) -> dt.datetime:
    """Parse a datetime. Raises ValueError."""
    return dt.datetime.fromisoformat(_checked(_DATETIME_TEXT, text))


def read_time(text: str) -> dt.time:
    """Parse a time. Raises ValueError."""
    return dt.time.fromisoformat(_checked(_TIME_TEXT, text))


def write_seconds(span: dt.timedelta) -> str:
    """Return a duration as an exact number of seconds."""
    total = (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
    whole, fraction = divmod(abs(total), 1_000_000)
    text = f"{whole}.{fraction:06}".rstrip("0") if fraction else str(whole)
    return f"-{text}" if total < 0 else text


def read_seconds(text: str) -> dt.timedelta:
    """Parse a duration in seconds. Raises ValueError."""
    match = _SECONDS_TEXT.fullmatch(text)
    if match is None:
        raise ValueError("not a number of seconds")
    total = int(match[2]) * 1_000_000 + int((match[3] or "").ljust(6, "0"))
    try:
        return dt.timedelta(microseconds=-total if match[1] else total)
    except OverflowError:
        raise ValueError("more than a timedelta can be") from None


def _checked(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError("not written as ISO 8601 says")
    return text
