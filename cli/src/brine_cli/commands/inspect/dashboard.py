"""The view of `brine top`: tables of the figures that /_brine/stats has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from brine_cli.live.text.units import bytes_text, seconds_text, shortened, span_text
from brine_cli.screen.colours import BOLD, CYAN, DIM, GREEN, RED, YELLOW
from brine_cli.screen.printable import printable_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

_BARS: Final = "▁▂▃▄▅▆▇█"
_WINDOWS: Final = (
    ("last 10 s", "last_10_seconds"),
    ("last 60 s", "last_60_seconds"),
    ("since start", "since_start"),
)
_FIXED: Final = 12
"""Lines that are always there: the title, the first table, and the headings of the other tables."""
_LEAST_HIT: Final = 0.5


def dashboard(
    figures: dict[str, Any], url: str, width: int, height: int | None, *, is_there: bool = True
) -> RenderableType:
    """Return the view. height: the lines of the terminal; None for all rows. is_there: whether the twin answers."""
    figures = printable_document(figures)
    routes, keys, slow = _shares(figures, height)
    is_wide = width >= 90
    return Group(
        _title(figures, url, width, is_there=is_there),
        _windows(figures, is_wide=is_wide),
        Text(),
        _routes(figures["routes"][:routes], len(figures["routes"]) - routes, is_wide=is_wide),
        Text(),
        _hot_keys(figures["hot_keys"][:keys], width),
        Text(),
        _slow_origins(figures["slow_origins"][:slow], width),
    )


def sparkline(counts: Sequence[int], width: int) -> str:
    """Return the last `width` counts as bars, the highest of them as a full one."""
    shown = counts[-width:]
    most = max([*shown, 1])
    return "".join(" " if count == 0 else _BARS[min(7, count * 8 // (most + 1))] for count in shown)


def _shares(figures: dict[str, Any], height: int | None) -> tuple[int, int, int]:
    """Return how many routes, keys and origins there is room for."""
    wanted = [len(figures["routes"]), len(figures["hot_keys"]), len(figures["slow_origins"])]
    if height is None:
        return wanted[0], wanted[1], wanted[2]
    given, room = [0, 0, 0], max(3, height - _FIXED)
    while room and given != wanted:  # in turn, one line for each table
        for number in range(3):
            if room and given[number] < wanted[number]:
                given[number] += 1
                room -= 1
    return given[0], given[1], given[2]


def _title(figures: dict[str, Any], url: str, width: int, *, is_there: bool) -> Text:
    title = Text(no_wrap=True, overflow="crop")
    title.append("brine top", style=BOLD)
    title.append(f"  {url}  ")
    if is_there:
        title.append(f"up {span_text(int(figures['seconds']))}", style=DIM)
    else:
        title.append("the twin has stopped: waiting", style=RED)
    line = sparkline(figures["per_second"]["requests"][:-1], min(40, max(0, width - len(title) - 2)))
    title.append("  ")
    title.append(line, style=CYAN)
    return title


def _windows(figures: dict[str, Any], *, is_wide: bool) -> Table:
    table = _table("", "req/s", "requests", "hits", "calls", "p50", "p95", "p99")
    for name in ("4xx", "5xx", *(("bytes",) if is_wide else ())):
        table.add_column(name, justify="right")
    for name, key in _WINDOWS:
        window = figures[key]
        times = window["total_seconds"]
        cells = [
            Text(name),
            Text(_rate(window["requests_per_second"])),
            Text(f"{window['requests']:,}"),
            _ratio(window["hit_ratio"]),
            Text(f"{window['origin_calls']:,}"),
            *(_seconds(times[quantile]) for quantile in ("p50", "p95", "p99")),
            _statuses(window, "4"),
            _statuses(window, "5", RED),
        ]
        table.add_row(*cells, *([Text(bytes_text(window["bytes"]))] if is_wide else []))
    return table


def _routes(routes: Iterable[dict[str, Any]], hidden: int, *, is_wide: bool) -> Table:
    table = _table("ROUTES, last 60 s", "req/s", "requests", "hits", "calls", "p95", "origin p95")
    if is_wide:
        table.add_column("since start", justify="right")
    for route in routes:
        minute, ever = route["last_60_seconds"], route["since_start"]
        cells = [
            Text(shortened(route["route"] or "(no route)", 24)),
            Text(_rate(minute["requests_per_second"])),
            Text(f"{minute['requests']:,}"),
            _ratio(minute["hit_ratio"]),
            Text(f"{minute['origin_calls']:,}"),
            _seconds(minute["total_seconds"]["p95"]),
            _seconds(minute["origin_seconds"]["p95"]),
        ]
        table.add_row(*cells, *([Text(f"{ever['requests']:,}")] if is_wide else []))
    if hidden > 0:
        table.add_row(Text(f"and {hidden} more", style=DIM))
    return table


def _hot_keys(keys: Iterable[dict[str, Any]], width: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=DIM)
    table.add_column("requests", justify="right")
    table.add_column("hits", justify="right")
    table.add_column("HOT KEYS, since start", no_wrap=True)
    for key in keys:
        count = f"{key['count']:,}" if not key["error"] else f"≤{key['count']:,}"
        name = shortened(f"{key['method']} {key['target']}", max(20, width - 22))
        table.add_row(Text(count), _ratio(key["hit_ratio"]), Text(name))
    return table


def _slow_origins(origins: Iterable[dict[str, Any]], width: int) -> Table:
    table = _table("SLOW ORIGINS, last 60 s", "route", "calls", "median", "slowest")
    table.columns[1].justify = "left"
    for origin in origins:
        table.add_row(
            Text(shortened(origin["origin"] or "-", max(24, width - 56))),
            Text(shortened(origin["route"] or "(no route)", 24)),
            Text(f"{origin['origin_calls']:,}"),
            _seconds(origin["p50"]),
            _seconds(origin["slowest"]),
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=DIM)
    table.add_column(first, no_wrap=True, min_width=24 if first else None)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _ratio(ratio: float | None) -> Text:
    """Return a hit ratio as a percentage. 100% is only for all."""
    if ratio is None:
        return Text("-", style=DIM)
    percent = 99 if 0.99 < ratio < 1 else round(ratio * 100)
    return Text(f"{percent}%", style=GREEN if ratio >= _LEAST_HIT else YELLOW)


def _seconds(seconds: float | None) -> Text:
    return Text("-", style=DIM) if seconds is None else Text(seconds_text(seconds))


def _rate(rate: float) -> str:
    return f"{rate:,.{0 if rate >= 99.5 or rate == 0 else 1}f}"


def _statuses(window: dict[str, Any], first: str, style: str = "") -> Text:
    """Return the number of answers with such a status, painted if there are any."""
    number = sum(count for status, count in window["statuses"].items() if status.startswith(first))
    return Text(f"{number:,}", style=style if number else "")
