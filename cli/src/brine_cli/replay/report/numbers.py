"""Numbers as a report shows them."""

from __future__ import annotations

from typing import Final

NONE: Final = "-"
_UNITS: Final = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def whole(number: float | None) -> str:
    """Return a count."""
    return NONE if number is None else f"{number:,.0f}"


def short(number: float | None) -> str:
    """Return a count; from 100,000 on with three digits and k, M or G."""
    if number is None or abs(number) < 100_000:
        return whole(number)
    unit, name = next((unit, name) for unit, name in _UNITS if abs(number) >= unit)
    return f"{number / unit:.3g} {name}"


def percent(share: float | None) -> str:
    """Return a share of 1."""
    return NONE if share is None else f"{share:.1%}"


def usd(amount: float | None) -> str:
    """Return an amount of USD."""
    return NONE if amount is None else f"{amount:,.2f}"


def seconds(value: float) -> str:
    """Return a time, as routes.toml has it."""
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if value >= 2 * unit:
            return f"{value / unit:.1f}".removesuffix(".0") + name
    return f"{value:g}s"


def plus(text: str, difference: float | None) -> str:
    """Return the text of a difference, with its sign."""
    if difference is None:
        return ""
    return text if difference < 0 else f"+{text}" if difference > 0 else "="
