"""Prints the figures of a deployed gateway, as its metrics in CloudWatch have them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from brine_cli.screen.colours import BOLD, CYAN, DIM
from brine_cli.screen.printable import printable_document, printable_json
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from brine_cli.desk.client import AdminClient

_WIDTH_OF_FILES: Final = 100


def show_figures(client: AdminClient, *, window: str | None, route: str | None, as_json: bool) -> int:
    """Print the figures of the time before now. Return the exit code. Raises CommandError."""
    with waiting("reading the metrics"):
        figures = client.get("stats", {"window": window, "route": route})
    if as_json:
        print(printable_json(figures, indent=2))
        return 0
    from brine_cli.screen.rich_console import stdout_console  # noqa: PLC0415 - JSON needs no rich

    stdout_console(_WIDTH_OF_FILES).print(_view(printable_document(figures), client.url))
    if not figures["requests"]:
        sys.stderr.write("No figures: there were no requests, or CloudWatch has not counted them yet (a minute).\n")
    return 0


def _view(figures: dict[str, Any], url: str) -> RenderableType:
    from rich.console import Group  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    from brine_cli.commands.inspect.dashboard import sparkline  # noqa: PLC0415 - as above
    from brine_cli.live.text.units import seconds_text, span_text  # noqa: PLC0415 - as above

    title = Text("brine top", style=BOLD)
    route = "" if figures["route"] is None else f", route {figures['route']}"
    until = f"{datetime.fromtimestamp(figures['at'], UTC):%H:%M} UTC"
    title.append(f"  {url}{route}, {span_text(figures['window'])} until {until}", style="not bold")
    ratio, usd = figures["hit_ratio"], figures["usd"]
    rows = [
        ("requests", f"{figures['requests']:,}", f"{figures['requests_per_second']:,g} a second"),
        ("hit ratio", "-" if ratio is None else f"{ratio:.1%}", f"{figures['hits']:,} of {figures['answered']:,}"),
        ("calls to origins", f"{figures['origin_calls']:,}", _times(figures["origin_seconds"], seconds_text)),
        ("time", "", _times(figures["total_seconds"], seconds_text)),
        ("results", "", _counts(figures["results"])),
        ("faults", "", _counts(figures["faults"]) or "none"),
    ]
    if usd is not None:
        rows.append(("cost", f"{usd:,.4f} USD", ""))
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style=DIM)
    table.add_column(justify="right")
    table.add_column()
    for row in rows:
        table.add_row(*row)
    return Group(title, Text(sparkline(figures["series"]["requests"], 60), style=CYAN), table)


def _times(quantiles: dict[str, float | None], text: Callable[[float], str]) -> str:
    known = {name: seconds for name, seconds in quantiles.items() if seconds is not None}
    return ", ".join(f"{name} {text(seconds)}" for name, seconds in known.items()) or "-"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
