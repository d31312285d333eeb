"""Durations as people write them: seconds, "5m", or a timedelta."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

type Duration = float | str | timedelta
"""Seconds, a text such as "60s" or "1.5h", or a timedelta. The units of a text are ms, s, m, h and d."""

_TEXT: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_TOO_LONG: Final = 1e10


def duration_seconds(value: object) -> float:
    """Return a duration in seconds, 0 or more. Raises ValueError for anything that is no `Duration`."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _TOO_LONG:
        return float(value)
    if isinstance(value, str) and (match := _TEXT.fullmatch(value)):
        return float(match[1]) * _SECONDS[match[2]]
    raise ValueError('not a duration. Write "5m" or a number of seconds. The units are ms, s, m, h and d.')


def named_duration(name: str, value: object) -> float:
    """Return the seconds of the duration that code gives for the parameter `name`.

    Raises ValueError with the name and the value for anything that is no `Duration`.
    """
    try:
        return duration_seconds(value)
    except ValueError as error:
        raise ValueError(f"{name}={value!r}: {error}") from None
