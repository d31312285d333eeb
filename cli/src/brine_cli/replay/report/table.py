"""The report for people: all requests, each route, the findings and the assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from brine_cli.replay.report import numbers
from brine_cli.screen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console
    from rich.table import Table

    from brine_cli.replay.report.figures import Figures, Spread
    from brine_cli.replay.report.result import ReplayReport


class _Row(NamedTuple):
    """One row of the large table. `value`: the number of some figures, for the difference; None if it has none."""

    label: str
    text: Callable[[Figures], str]
    value: Callable[[Figures], float | None] | None
    show: Callable[[float], str] = numbers.whole


def _result(name: str) -> Callable[[Figures], float | None]:
    return lambda figures: figures.results.get(name, 0) if figures.results else None


def _errors(figures: Figures) -> float | None:
    return figures.results.get("problem", 0) + figures.results.get("refused", 0) if figures.results else None


def _usage(name: str) -> Callable[[Figures], float | None]:
    return lambda figures: None if figures.month is None else getattr(figures.month, name)


def _points(difference: float) -> str:
    return f"{100 * difference:.1f}"


def _counted(label: str, value: Callable[[Figures], float | None], show: Callable[[float | None], str]) -> _Row:
    return _Row(label, lambda figures: show(value(figures)), value, show)


def _times(label: str, spread: Callable[[Figures], Spread | None]) -> list[_Row]:
    """Return the rows of a spread of times."""

    def row(name: str) -> _Row:
        def text(figures: Figures) -> str:
            values = spread(figures)
            return numbers.NONE if values is None else numbers.seconds(getattr(values, name))

        return _Row(f"{label} {name}", text, None)

    return [row(name) for name in ("p50", "p95", "max")]


def _stale_share(figures: Figures) -> str:
    return numbers.percent(figures.stale / figures.requests) if figures.results and figures.requests else numbers.NONE


ROWS: Final = (
    _Row("Requests", lambda one: numbers.whole(one.requests), None),
    _Row("Hit ratio", lambda one: numbers.percent(one.hit_ratio), lambda one: one.hit_ratio, _points),
    _Row(
        "Hit ratio by bytes", lambda one: numbers.percent(one.byte_hit_ratio), lambda one: one.byte_hit_ratio, _points
    ),
    _counted("  fresh hits", _result("hit"), numbers.whole),
    _counted("  stale hits", _result("stale"), numbers.whole),
    _counted("  collapsed into another's fetch", _result("collapsed"), numbers.whole),
    _counted("  validated by the origin", _result("validated"), numbers.whole),
    _counted("  misses", _result("miss"), numbers.whole),
    _counted("  methods without a cache", _result("pass"), numbers.whole),
    _counted("  errors of the gateway", _errors, numbers.whole),
    _counted("Requests to the origin", lambda one: one.origin_calls, numbers.whole),
    _counted("  of these by the refresher", lambda one: one.refreshes, numbers.whole),
    _counted("  most in one second", lambda one: one.peak, numbers.whole),
    _Row("Stale answers", _stale_share, None),
    *_times("  stale for", lambda one: one.staleness),
    *_times("Age of hits,", lambda one: one.age),
    _Row("Hits of another size", lambda one: numbers.percent(one.changed_share), None),
    _counted("DynamoDB read units", _usage("read_units"), numbers.short),
    _counted("DynamoDB write units", _usage("write_units"), numbers.short),
    _counted(
        "S3 requests", lambda one: None if one.month is None else one.month.s3_gets + one.month.s3_puts, numbers.short
    ),
    _counted("Lambda requests", _usage("lambda_requests"), numbers.short),
    _counted("Lambda GB-seconds", _usage("gb_seconds"), numbers.short),
    _counted("USD", lambda one: one.usd, numbers.usd),
)

_WIDE: Final = 100
"""Columns of a terminal from which on the table of routes has all of its own."""
_OF_MONTH: Final = 21
"""The number of rows before those of a month."""


def print_report(report: ReplayReport, console: Console, letters: str) -> None:
    """Print a report. letters: the names of the policies, in their order."""
    for line in _head(report, letters):
        console.print(printable(line), highlight=False, markup=False)
    console.print(_large_table(report, letters))
    if len(report.routes) > 1:
        console.print(_route_table(report, letters, is_wide=console.width >= _WIDE))
    _print_list(console, "Found", report.findings)
    _print_list(console, "Assumed", report.assumed)


def _head(report: ReplayReport, letters: str) -> list[str]:
    from brine_cli.replay.report.result import iso  # noqa: PLC0415 - it imports this module's caller

    log = report.log
    forms = "/".join(dict.fromkeys(log.formats))
    wrong = f"; {log.wrong_lines:,} wrong line{'s' * (log.wrong_lines > 1)}" if log.wrong_lines else ""
    left_out = f"; {log.left_out:,} left out" if log.left_out else ""
    lines = [
        f"{', '.join(report.files)} ({forms}): {log.requests:,} requests{left_out}{wrong}",
        f"{iso(log.first)} to {iso(log.last)}, {numbers.seconds(log.span)}",
    ]
    lines += [f"  wrong: {one}" for one in log.wrong]
    return lines + [f"{letter} = {name}" for letter, name in zip(letters, report.policies, strict=False)]


def _large_table(report: ReplayReport, letters: str) -> Table:
    from rich import box  # noqa: PLC0415 - it takes a while
    from rich.table import Table  # noqa: PLC0415 - not for JSON

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("All routes" if len(report.routes) != 1 else f"Route {next(iter(report.routes))}", no_wrap=True)
    columns = [report.without_cache, *report.total]
    for title in ("no cache", *letters[: len(report.total)]):
        table.add_column(title, justify="right", no_wrap=True)
    if len(report.total) == 2:
        table.add_column("B - A", justify="right", no_wrap=True)
    for number, row in enumerate(ROWS):
        if number == _OF_MONTH:
            table.add_section()
            table.add_row("In a month")
        cells = [row.text(figures) for figures in columns]
        if number < _OF_MONTH and row.label.startswith("  ") and not any(_is_something(cell) for cell in cells):
            continue
        label = row.label if number < _OF_MONTH else f"  {row.label}"
        table.add_row(label, *cells, *_difference(row, report.total))
    return table


def _is_something(cell: str) -> bool:
    return cell not in {numbers.NONE, "0"}


def _difference(row: _Row, total: Sequence[Figures]) -> list[str]:
    """Return the cell of the difference, if there are two policies."""
    if len(total) != 2:
        return []
    if row.value is None:
        return [""]
    first, second = (row.value(figures) for figures in total)
    if first is None or second is None:
        return [""]
    return [numbers.plus(row.show(second - first), second - first)]


def _route_table(report: ReplayReport, letters: str, *, is_wide: bool) -> Table:
    from rich import box  # noqa: PLC0415 - it takes a while
    from rich.table import Table  # noqa: PLC0415 - not for JSON

    used = letters[: len(report.total)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("Each route", overflow="ellipsis", no_wrap=True, min_width=10)
    stale = _titles("stale", used) if is_wide else []
    for title in ("requests", *_titles("hits", used), *_titles("origin", used), *stale):
        table.add_column(title, justify="right", no_wrap=True)
    for title in _titles("USD", used):
        table.add_column(title, justify="right", no_wrap=True)
    for name, found in report.routes.items():
        requests = next(one.requests for one in found if one is not None)
        cells = [numbers.whole(requests)]
        cells += [_cell(one, lambda figures: numbers.percent(figures.hit_ratio)) for one in found]
        cells += [_cell(one, lambda figures: numbers.short(figures.origin_calls)) for one in found]
        cells += [_cell(one, _stale_share) for one in found if is_wide]
        cells += [_cell(one, lambda figures: numbers.usd(figures.usd)) for one in found]
        table.add_row(name, *cells)
    return table


def _titles(title: str, letters: str) -> list[str]:
    return [title if len(letters) == 1 else f"{title} {letter}" for letter in letters]


def _cell(figures: Figures | None, text: Callable[[Figures], str]) -> str:
    return numbers.NONE if figures is None else text(figures)


def _print_list(console: Console, title: str, texts: Sequence[str]) -> None:
    from rich.table import Table  # noqa: PLC0415 - it takes a while
    from rich.text import Text  # noqa: PLC0415 - not for JSON

    if not texts:
        return
    console.print(Text(f"{title}:", style="bold"))
    grid = Table.grid(padding=(0, 1))
    for text in texts:
        grid.add_row("-", Text(printable(text)))
    console.print(grid)
    console.print()
