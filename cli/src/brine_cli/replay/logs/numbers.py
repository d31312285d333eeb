"""The numbers in logs, in the ranges that they can have. Any other value makes a line wrong."""

from __future__ import annotations

from typing import Any, Final

from brine_cli.replay.rows import UNKNOWN, WrongLine

_MOST_BYTES: Final = 10**15
_MOST_SECONDS: Final = 1e9


def status_of(value: Any) -> int:
    """Return a status. Raises WrongLine."""
    status = _whole(value, "status")
    if not 100 <= status <= 999:
        raise WrongLine(f"the status {str(status)[:20]} is not one of HTTP")
    return status


def size_of(value: Any) -> int:
    """Return a number of bytes; UNKNOWN for a negative one. Raises WrongLine."""
    size = _whole(value, "size")
    if size > _MOST_BYTES:
        raise WrongLine(f"the size {str(size)[:20]} is larger than any response")
    return max(size, UNKNOWN)


def seconds_of(value: Any) -> float:
    """Return the time of the origin, of a number or a text; 0 for a negative one. Raises WrongLine."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        raise WrongLine("the time of the origin is not a number") from None
    if not seconds < _MOST_SECONDS:
        raise WrongLine(f"the time of the origin, {seconds:g} s, is longer than any request")
    return max(0.0, seconds)


def _whole(value: Any, member: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise WrongLine(f"the {member} {str(value)[:20]!r} is not a whole number") from None
