"""The listing of stored responses and results, as a table for people."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from brine_cli.desk.amounts import duration_text, size_text
from brine_cli.live.text.units import shortened
from brine_cli.screen.colours import CYAN, DIM, GREEN, MAGENTA, RED, YELLOW
from brine_cli.screen.printable import printable_document
from brine_cli.screen.rich_console import stdout_console
from brine_cli.screen.width import terminal_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDTH_OF_FILES: Final = 200
_WIDEST: Final = 18
_LEAST_URL: Final = 16
_GAP: Final = 2
_ALWAYS: Final = ("url", "route", "state", "age", "left", "size")
_NUMBERS: Final = frozenset({"age", "left", "size"})
_ORDINARY: Final = 110
_WIDE: Final = 140
"""Characters of a line from which on more columns fit."""
_COLOURS: Final = {"fresh": GREEN, "grace": CYAN, "keep": YELLOW, "purged": RED, "unknown": MAGENTA}


def print_listing(items: Sequence[dict[str, Any]]) -> None:
    """Print the items to stdout. A terminal gets one line for each; in a pipe or a file, no URL is shortened."""
    console = stdout_console(_WIDTH_OF_FILES)
    console.print(listing_table(items, console.width, is_cut=terminal_width(sys.stdout, os.environ) is not None))
    sys.stdout.flush()


def listing_table(items: Sequence[dict[str, Any]], width: int, *, is_cut: bool) -> Table:
    """Return the table of these items of the admin API, by URL. A column that would tell no rows apart is left out.

    width: characters of a line. With few, the less important columns are left out. is_cut: whether a URL that does not
    fit is shortened in its middle.
    """
    items = printable_document(items)
    rows = sorted(items, key=lambda item: (_name(item), item["variant"] or ""))
    table = Table(box=None, pad_edge=False, header_style=DIM, show_edge=False, padding=(0, _GAP, 0, 0))
    optional = {
        "where": width >= _ORDINARY,
        "function": width >= _WIDE and len({item["function"] for item in items}) > 1,
        "tenant": width >= _ORDINARY and any(item["tenant_digest"] for item in items),
        "tags": any(item["tags"] for item in items),
        "variant": width >= _ORDINARY and len({(item["namespace"], _name(item)) for item in items}) < len(items),
    }
    names = [*_ALWAYS, *(name for name, is_shown in optional.items() if is_shown)]
    cells = [_cells(item) for item in rows]
    if is_cut:
        _shorten(cells, names, width)
    for name in names:
        can_fold = name in {"tags", "variant"} or (name == "url" and not is_cut)
        table.add_column(
            name,
            overflow="fold",
            no_wrap=not can_fold,
            justify="right" if name in _NUMBERS else "left",
            min_width=_LEAST_URL if name == "url" else None,
            max_width=_WIDEST if name in optional else None,
        )
    for row in cells:
        table.add_row(*[row[name] for name in names])
    return table


def _shorten(rows: Sequence[dict[str, Text]], names: Sequence[str], width: int) -> None:
    """Shorten the URLs to the room that the other columns leave."""
    widths = (max(len(name), *(len(row[name]) for row in rows)) for name in names[1:])
    others = sum(min(one, _WIDEST) if name not in _ALWAYS else one for name, one in zip(names[1:], widths, strict=True))
    room = max(_LEAST_URL, width - others - _GAP * (len(names) - 1))
    for row in rows:
        row["url"] = Text(shortened(row["url"].plain, room), style=row["url"].style)


def summary(items: Iterable[dict[str, Any]], scanned: int) -> str:
    """Return a sentence with the number of items and their bytes."""
    kinds: dict[str, int] = {}
    size = 0
    for item in items:
        kinds[item["kind"]] = kinds.get(item["kind"], 0) + 1
        size += item["stored_bytes"]
    *others, last = [_counted(kind, number) for kind, number in kinds.items()] or ["no item"]
    counted = f"{', '.join(others)} and {last}" if others else last
    return f"{counted}: {size_text(size)} in the stores. {_counted('item', scanned)} of the table read."


def _counted(kind: str, number: int) -> str:
    noun = {"unreadable": "item that does not open", "marker": "hit-for-miss marker"}.get(kind, kind)
    plural = {"unreadable": "items that do not open"}.get(kind, f"{noun}s")
    return f"{number:,} {noun if number == 1 else plural}"


def _name(item: dict[str, Any]) -> str:
    """Return the name by which people know an item."""
    if item["kind"] == "unreadable":
        return f"({item['reason']})"
    if item["kind"] == "marker":
        return f"(hit-for-miss of the key {item['key'][:8]}…)"
    if item["kind"] == "result":
        return f"({item['source'] or 'result'} {item['key'].rpartition('#')[2][:8]}…)"
    shown = item["url"] or f"(part) {item['target']}"
    return shown if item["method"] in {"GET", None} else f"{item['method']} {shown}"


def _variant(text: str | None) -> str:
    """Return the field that tells variants apart, or the number of such fields, with the hash of their values."""
    if text is None:
        return "-"
    names, _, digest = text.rpartition(" ")
    number = names.count(",") + 1
    return f"{names if number == 1 else f'{number} headers'} {digest}"


def _cells(item: dict[str, Any]) -> dict[str, Text]:
    left, state = item["remaining_freshness"], item["state"]
    tenant = item["tenant"] or (f"#{item['tenant_digest'][:8]}" if item["tenant_digest"] else "-")
    return {
        "url": Text(_name(item), style="" if item["kind"] == "response" and item["url"] else DIM),
        "route": Text(item["route"] or "-"),
        "state": Text(state, style=_COLOURS.get(state, "")),
        "age": Text("-" if item["age"] is None else duration_text(item["age"])),
        "left": Text("-" if left is None else duration_text(left), style="" if left is None or left > 0 else YELLOW),
        "size": Text(size_text(item["bytes"])),
        "where": Text(item["where"], style=CYAN if item["where"] == "s3" else ""),
        "function": Text(item["function"] or "-"),
        "tenant": Text(tenant),
        "tags": Text(", ".join(item["tags"]) or "-"),
        "variant": Text(_variant(item["variant"])),
    }
