"""Reads the listing of stored responses and results, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.desk.client import AdminClient

_FIRST_PAGE: Final = 500
_PAGE: Final = 2_000
"""Items that one call reads. The first call reads fewer, so that its answer comes at once."""


@dataclass(slots=True)
class StoredListing:
    """The items that were found. `scanned`: how many items were read. `is_complete`: whether all were."""

    items: list[dict[str, Any]] = field(default_factory=list)
    scanned: int = 0
    is_complete: bool = False


def read_listing(
    client: AdminClient, filters: Mapping[str, str | None], limit: int, progress: Callable[[StoredListing], None]
) -> StoredListing:
    """Return up to `limit` items that meet the filters. `progress` is called after each call. Raises CommandError."""
    found = StoredListing()
    cursor: str | None = None
    while True:
        size = _FIRST_PAGE if cursor is None else _PAGE
        page = client.get("stored", {**filters, "limit": str(size), "cursor": cursor})
        found.items += page["items"]
        found.scanned += page["scanned"]
        cursor = page["cursor"]
        found.is_complete = cursor is None
        progress(found)
        if cursor is None or len(found.items) > limit:
            break
    if len(found.items) > limit:
        found.items, found.is_complete = found.items[:limit], False
    return found
