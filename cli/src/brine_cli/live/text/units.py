"""Durations and sizes in few characters."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB")


def seconds_text(seconds: float) -> str:
    """Return a duration in at most 6 characters, such as `0.42ms`, `350ms`, `1.25s`, `12.5s` or `95s`."""
    if seconds < 0.9995:
        milliseconds = seconds * 1000
        return f"{milliseconds:.{2 if milliseconds < 0.995 else 1 if milliseconds < 9.95 else 0}f}ms"
    return f"{seconds:.{2 if seconds < 9.995 else 1 if seconds < 99.95 else 0}f}s"


def bytes_text(count: int) -> str:
    """Return a size in at most 6 characters, such as `0 B`, `1.2 kB` or `34 MB`."""
    size, unit = float(count), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.{1 if unit and size < 9.95 else 0}f} {_UNITS[unit]}"


def span_text(seconds: int) -> str:
    """Return whole seconds in at most 4 characters and one unit, rounded down: `57s`, `12m`, `3h` or `6d`."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def shortened(text: str, width: int) -> str:
    """Return the text in at most `width` characters, with an ellipsis in the middle if it is longer."""
    if len(text) <= width:
        return text
    if width < 5:
        return text[: max(0, width - 1)] + "…"
    left = (width - 1) // 2
    return f"{text[:left]}…{text[len(text) - (width - 1 - left) :]}"
