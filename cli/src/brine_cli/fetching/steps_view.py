"""The time of each step of an answer: the connection, the twin, the gateway with its stores, the origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from brine_cli.desk.amounts import time_text
from brine_cli.screen.colours import BOLD, CYAN, DIM
from brine_cli.screen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.fetching.exchange import Steps

_BAR: Final = 24
_STORES: Final = {"memory": "from its memory", "table": "from the table"}
"""Where the gateway found the response, by the layer in the record."""


def steps_table(steps: Steps, record: dict[str, Any] | None) -> Table:
    """Return a row for each step, with its share of the total time. record: the twin's record of the request."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style=DIM, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for name, seconds, remark in _rows(steps, record or {}):
        bar = "█" * round(_BAR * seconds / steps.total) if steps.total > 0 else ""
        line = Text(bar, style=CYAN).append("  " if bar and remark else "").append(remark, style=f"default {DIM}")
        table.add_row(name, time_text(seconds), line)
    table.add_row("total", Text(time_text(steps.total), style=BOLD), "")
    return table


def _rows(steps: Steps, record: dict[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Yield the name, the seconds and a remark of each step. The steps add up to the total time."""
    yield "connect", steps.lookup + steps.connect, ""
    if steps.tls is not None:
        yield "tls", steps.tls, ""
    gateway = record.get("gateway_seconds")
    if not isinstance(gateway, int | float):
        yield "first byte", steps.wait, ""
    else:
        gateway = min(gateway, steps.wait)
        origin = min(record.get("origin_seconds") or 0.0, gateway)
        yield "twin", steps.wait - gateway, ""
        yield "gateway", gateway - origin, _STORES.get(str(record.get("layer")), "with its stores")
        if record.get("origin_seconds") is not None:
            yield ("function" if record.get("parts") else "origin"), origin, _parts(record)
    yield "download", steps.download, ""


def _parts(record: dict[str, Any]) -> str:
    """Return the parts that a function fetched, each with its result and its time."""
    parts = record.get("parts") or ()
    told = (f"{part.get('route')} {part.get('result')} {time_text(part.get('seconds', 0.0))}" for part in parts)
    return printable(", ".join(told))
