"""Durations as people write them: seconds, "5m", or a timedelta."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
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


def duration_text(seconds: float) -> str:
    """Return a duration for people in its one or two largest units, such as "7 s", "2 min 5 s" or "3 d"."""
    if seconds < 0:
        return f"-{duration_text(-seconds)}"
    if seconds < 1:
        return "0 s" if seconds == 0 else f"{max(1, round(seconds * 1000))} ms"
    whole = int(seconds)
    for (unit, size), (smaller, part) in pairwise((("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))):
        if whole >= size:
            count, rest = divmod(whole, size)
            return f"{count} {unit} {rest // part} {smaller}" if rest >= part else f"{count} {unit}"
    return f"{whole} s"
