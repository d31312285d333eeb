"""Prints the keys of keyrings by their ids, with times. It gets no key material."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from brine_cli.desk.amounts import duration_text
from brine_cli.screen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HEAD: Final = ("key", "state", "seals since", "opens until")
STATES: Final = {
    "seals": "seals and opens",
    "opens": "opens",
    "waits": "opens, and will seal",
    "over": "opens, and may go",
}
"""What a key does, by the states of `brine.domain.keys.times`."""


def cells(key: Mapping[str, Any], now: float) -> tuple[str, str, str, str]:
    """Return the cells of a key, given as the facts that the admin API has."""
    since, until = key["seals_from"], key["opens_until"]
    return (
        str(key["id"]),
        STATES[key["state"]],
        "not said" if since is None else when(since, now),
        "it is replaced" if until is None else when(until, now),
    )


def when(seconds: float, now: float) -> str:
    """Return a time, and how far it is from now."""
    distance = f"in {duration_text(seconds - now)}" if seconds > now else f"{duration_text(now - seconds)} ago"
    return f"{date(seconds)} ({distance})"


def date(seconds: float) -> str:
    """Return a time to the minute."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of cells below each other."""
    table = [head, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(head))]
    for row in table:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
