"""Numbers as a report shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine_cli.replay.report.figures import Spread

NONE = "-"


def whole(number: float | None) -> str:
    """Return a count."""
    return NONE if number is None else f"{number:,.0f}"


def short(number: float | None) -> str:
    """Return a large count in millions or thousands, with three digits."""
    if number is None:
        return NONE
    for unit, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(number) >= unit:
            return f"{number / unit:.3g}{name}" if abs(number) < 1000 * unit else f"{number / unit:,.0f}{name}"
    return f"{number:,.0f}"


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


def spread(values: Spread | None) -> str:
    """Return the spread of times."""
    return NONE if values is None else " / ".join(map(seconds, (values.p50, values.p95, values.max)))


def plus(text: str, difference: float | None) -> str:
    """Return the text of a difference, with its sign."""
    if difference is None:
        return ""
    return text if difference < 0 else f"+{text}" if difference > 0 else "="
