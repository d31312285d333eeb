"""Durations and sizes as short texts for people."""

from __future__ import annotations

from typing import Final

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60))


def duration_text(seconds: float) -> str:
    """Return a duration with its two largest units, such as "3m 20s"; below a minute, in seconds."""
    sign, whole = ("-" if seconds < 0 else ""), int(abs(seconds))
    for number, (unit, size) in enumerate(_UNITS):
        if whole >= size:
            smaller, rest = _UNITS[number + 1] if number + 1 < len(_UNITS) else ("s", 1), whole % size
            more = rest // smaller[1]
            return f"{sign}{whole // size}{unit}" + (f" {more}{smaller[0]}" if more else "")
    return f"{sign}{whole}s"


def size_text(size: float) -> str:
    """Return a number of bytes, such as "512 B" or "1.5 MB"."""
    if size < 1_000:
        return f"{int(size)} B"
    for unit in ("KB", "MB", "GB"):
        size /= 1_000
        if size < 999.5 or unit == "GB":
            break
    return f"{size:.1f} {unit}" if size < 9.95 else f"{size:.0f} {unit}"


def time_text(seconds: float) -> str:
    """Return a short time, such as "0.4 ms" or "1.25 s"."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.2f} s"
