"""The listing of stored responses and results: pages of entries that meet a filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.service.admin.stored_items import stamps_of

if TYPE_CHECKING:
    from brine.domain.listing.facts import ListedEntry
    from brine.domain.listing.filters import EntryFilter
    from brine.ports.deadline import Deadline
    from brine.service.admin.cursor import Cursor
    from brine.service.admin.stored_items import StoredItems


@dataclass(frozen=True, slots=True)
class ListedPage:
    """The entries of a page.

    scanned: the number of items that were read. next: where the next page begins, None at the end.
    """

    entries: tuple[ListedEntry, ...]
    scanned: int
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Lists stored responses and results with their states. It changes no item."""

    items: StoredItems

    def page(self, wanted: EntryFilter, cursor: Cursor | None, *, limit: int, deadline: Deadline) -> ListedPage:
        """Return the entries that meet the filter among the next `limit` items, or fewer if the deadline is near.

        Raises StoreError, and ValueError for the cursor of a table that is not there.
        """
        entries: list[ListedEntry] = []
        scanned, place = 0, cursor
        for page in self.items.pages(cursor, limit=limit, deadline=deadline):
            scanned, place = scanned + page.read, page.next
            covered = [item for item in page.items if wanted.covers(item.facts)]
            stamps, now = stamps_of(covered, page.table, deadline), self.items.clock()
            listed = (item.listed(stamps, now) for item in covered)
            entries += [entry for entry in listed if wanted.matches(entry)]
        return ListedPage(tuple(entries), scanned, place)
