"""Prints the listing of a twin or of a stack."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Final

from brine_cli.desk.listing import read_listing
from brine_cli.screen.printable import printable_json
from brine_cli.screen.width import wrapped_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.desk.client import AdminClient
    from brine_cli.desk.listing import StoredListing

_PATIENCE: Final = 1.0
"""Seconds after which the progress is shown."""


def list_stored(filters: Mapping[str, str | None], client: AdminClient, *, limit: int, as_json: bool) -> int:
    """Print the stored items, as a table or as JSON. Returns the exit code. Raises CommandError."""
    progress = Progress()
    try:
        found = read_listing(client, filters, limit, progress)
    finally:
        progress.clear()
    if as_json:
        document = {"items": found.items, "scanned": found.scanned, "complete": found.is_complete}
        sys.stdout.write(f"{printable_json(document, indent=2)}\n")
        return 0
    _show(found, any(filters.values()), client.url, limit)
    return 0


def _show(found: StoredListing, is_filtered: bool, url: str, limit: int) -> None:
    from brine_cli.desk.listing_table import print_listing, summary  # noqa: PLC0415 - JSON needs no rich

    if not found.items:
        reason = "meets these filters" if is_filtered else "is stored"
        remedy = "" if is_filtered else f" Send a request first, such as `brine get {url}/`."
        sys.stderr.write(f"Nothing {reason}: {found.scanned:,} items of the table read.{remedy}\n")
        return
    print_listing(found.items)
    more = "" if found.is_complete else f" There may be more: `--limit {limit * 5}` shows up to {limit * 5:,}."
    told = wrapped_for(sys.stderr, f"{summary(found.items, found.scanned)}{more}", os.environ)
    sys.stderr.write(f"{told}\n")


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
