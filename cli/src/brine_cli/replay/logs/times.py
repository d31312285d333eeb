"""The times in logs: of Apache, of ISO 8601, or seconds, milliseconds or microseconds since 1970."""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from brine_cli.replay.rows import WrongLine

_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS: Final = {name: number for number, name in enumerate(_NAMES, 1)}
_MILLISECONDS: Final = 1e11
"""From here on, a number cannot be seconds: they would be in the year 5138."""
_MICROSECONDS: Final = 1e14
_LATEST: Final = 2**32


@lru_cache(maxsize=1024)
def time_of_text(text: str) -> float:
    """Return a time as seconds since 1970. Raises WrongLine."""
    try:
        if "/" in text[2:7]:
            return _checked(_of_apache(text))
        if text[:5].isdigit() or (text[:1].isdigit() and "-" not in text):
            return time_of_number(float(text))
        at = datetime.fromisoformat(text)
        return _checked((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except WrongLine:
        raise
    except (ValueError, KeyError, IndexError, OverflowError):
        raise WrongLine(f"{text[:40]!r} is not a time") from None


def time_of_number(number: float) -> float:
    """Return seconds since 1970 from seconds, milliseconds or microseconds. Raises WrongLine."""
    if _MICROSECONDS <= number < _LATEST * 1e6:
        number /= 1e6
    elif _MILLISECONDS <= number < _LATEST * 1e3:
        number /= 1e3
    return _checked(number)


def _checked(seconds: float) -> float:
    """Return the time. Raises WrongLine if it is not after 1970 and in this century or the next one."""
    if not 0 < seconds < _LATEST:
        raise WrongLine(f"{str(seconds)[:20]} is not a time since 1970")
    return seconds


def _of_apache(text: str) -> float:
    """Return the time in a text such as `10/Oct/2026:13:55:36 +0200`."""
    day, month, rest = text.split("/", 2)
    year, hour, minute, second = int(rest[0:4]), int(rest[5:7]), int(rest[8:10]), int(rest[11:13])
    zone = rest[14:]
    offset = 0
    if zone not in {"", "Z"}:
        offset = (int(zone[1:3]) * 60 + int(zone[3:5])) * (-60 if zone[0] == "-" else 60)
    return float(timegm((year, _MONTHS[month], int(day), hour, minute, second)) - offset)
