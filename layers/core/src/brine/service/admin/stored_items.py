"""The stored responses and results of all tables, opened page by page, with the stamps that apply to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.service.admin.cursor import Cursor
from brine.service.admin.opening import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from brine.domain.purging.stamps import Stamp
    from brine.ports.deadline import Deadline
    from brine.service.admin.opened import OpenedItem
    from brine.service.admin.sources import CacheTable

LARGEST_PAGE: Final = 200
"""The most items of one call to the table, so that a listing with little time left ends in time."""
RESERVE: Final = 2.0
"""Seconds before the deadline after which no further page is read."""


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """Opened items of one table. `read`: the items that the table read. `next`: where the next page begins."""

    table: CacheTable
    items: tuple[OpenedItem, ...]
    read: int
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class StoredItems:
    """The items of these tables. `clock` returns seconds since 1970. Every method raises StoreError."""

    tables: tuple[CacheTable, ...]
    clock: Callable[[], float]

    def pages(self, cursor: Cursor | None, *, limit: int, deadline: Deadline) -> Iterator[OpenedPage]:
        """Yield pages from the cursor on, until `limit` items were read or the deadline is near: at least one page.

        Raises ValueError for the cursor of a table that is not there.
        """
        place: Cursor | None = cursor or Cursor()
        left = limit
        while place is not None and left > 0:
            page = self._page(place, min(left, LARGEST_PAGE), deadline)
            yield page
            left, place = left - page.read, page.next
            if deadline.remaining() < RESERVE:
                return

    def _page(self, place: Cursor, limit: int, deadline: Deadline) -> OpenedPage:
        if place.table >= len(self.tables):
            raise ValueError("the cursor is for a table that is not there")
        table, now = self.tables[place.table], self.clock()
        page = table.pages.page(limit=limit, now=now, after=place.after, deadline=deadline)
        items = tuple(item for one in page.items if (item := opened(one, table, now)) is not None)
        following: Cursor | None = None
        if page.next_after is not None:
            following = Cursor(place.table, page.next_after)
        elif place.table + 1 < len(self.tables):
            following = Cursor(place.table + 1)
        return OpenedPage(table, items, page.read, following)


def stamps_of(items: Iterable[OpenedItem], table: CacheTable, deadline: Deadline) -> dict[str, Stamp]:
    """Return all stamps that apply to these items. One call for each hundred names. Raises StoreError."""
    names = dict.fromkeys(name for item in items for name in item.stamp_names)
    return table.stamps.read(tuple(names), deadline=deadline) if names else {}
