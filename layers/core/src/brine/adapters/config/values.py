"""Plain values of a TOML file: what is taken, and what is said of anything else.

A reader raises ValueError with the rest of a sentence that begins with the key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def plain_name(value: object) -> str:
    """A name of ours."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError('must be lower-case letters, digits and "-"')
    return value


def duration(value: object) -> float:
    """Seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e10:
        return float(value)
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        return float(match[1]) * _SECONDS[match[2]]
    raise ValueError('must be a duration: seconds, or text such as "250ms", "60s", "5m", "1h", "2d"')


def positive_duration(value: object) -> float:
    """Seconds, some at least."""
    if (seconds := duration(value)) > 0:
        return seconds
    raise ValueError("must be longer than nothing")


def number_up_to(most: float) -> Callable[[object], float]:
    """A reader of numbers from 0 to `most`."""

    def read(value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
            return float(value)
        raise ValueError(f"must be a number from 0 to {most}")

    return read


def size(value: object) -> int:
    """Bytes."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("must be a number of bytes")


def count(least: int) -> Callable[[object], int]:
    """A reader of whole numbers that are `least` or more."""

    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        raise ValueError(f"must be a whole number, and at least {least}")

    return read


def boolean(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


def texts(value: object) -> tuple[str, ...]:
    """Texts, none of them empty."""
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    raise ValueError("must be a list of names in quotes")
