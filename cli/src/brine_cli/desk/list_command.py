"""Prints the listing of a twin or of a stack."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Final

from brine_cli.desk.listing import read_listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.desk.client import AdminClient
    from brine_cli.desk.listing import StoredListing

_PATIENCE: Final = 1.0
"""Seconds after which the progress is shown."""
_WIDTH_OF_FILES: Final = 200


def list_stored(filters: Mapping[str, str | None], client: AdminClient, *, limit: int, as_json: bool) -> int:
    """Print the stored items, as a table or as JSON. Returns the exit code. Raises CommandError."""
    progress = Progress()
    try:
        found = read_listing(client, filters, limit, progress)
    finally:
        progress.clear()
    if as_json:
        document = {"items": found.items, "scanned": found.scanned, "complete": found.is_complete}
        sys.stdout.write(f"{json.dumps(document, ensure_ascii=False, indent=2)}\n")
        return 0
    _show(found, any(filters.values()), client.url, limit)
    return 0


def _show(found: StoredListing, is_filtered: bool, url: str, limit: int) -> None:
    from rich.console import Console  # noqa: PLC0415 - JSON needs no rich

    from brine_cli.desk.listing_table import listing_table, summary  # noqa: PLC0415 - the same

    if not found.items:
        reason = "meets these filters" if is_filtered else "is stored"
        remedy = "" if is_filtered else f" Send a request first, such as `brine get {url}/`."
        sys.stderr.write(f"Nothing {reason}: {found.scanned:,} items of the table read.{remedy}\n")
        return
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH_OF_FILES
    console = Console(highlight=False, width=width)
    console.print(listing_table(found.items, console.width))
    sys.stdout.flush()
    more = "" if found.is_complete else f" There may be more: `--limit {limit * 5}` shows up to {limit * 5:,}."
    sys.stderr.write(f"{summary(found.items, found.scanned)}{more}\n")


class Progress:
    """A line on a terminal's stderr about a listing that takes longer than a second."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._is_shown = False

    def __call__(self, found: StoredListing) -> None:
        """Show how far the listing is."""
        if not found.is_complete and sys.stderr.isatty() and time.monotonic() - self._began > _PATIENCE:
            sys.stderr.write(f"\r\x1b[K{found.scanned:,} items read, {len(found.items):,} found ...")
            sys.stderr.flush()
            self._is_shown = True

    def clear(self) -> None:
        """Remove the line."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
