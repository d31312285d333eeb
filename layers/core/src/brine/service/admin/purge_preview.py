"""The preview of a purge: the entries that it would end. It writes no stamp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.purging.stamps import MARGIN, TAG_PURGES, Stamp
from brine.service.admin.stored_items import stamps_of

if TYPE_CHECKING:
    from brine.domain.listing.facts import ListedEntry
    from brine.ports.deadline import Deadline
    from brine.service.admin.cursor import Cursor
    from brine.service.admin.opened import OpenedItem
    from brine.service.admin.sources import CacheTable
    from brine.service.admin.stored_items import StoredItems
    from brine.service.purge_names import PurgedNames


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """The entries that a purge would end, as they are now. `count` and `size`: of all of them, in number and bytes.

    entries: the first of them. scanned: the items that were read. next: where the rest begins, None if there is none.
    """

    entries: tuple[ListedEntry, ...]
    count: int
    size: int
    scanned: int
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class PurgePreview:
    """Finds the entries that a purge would end, by the stamps that it would write."""

    items: StoredItems

    def page(
        self,
        purged: PurgedNames,
        cursor: Cursor | None,
        *,
        soft: bool = False,
        limit: int,
        shown: int,
        deadline: Deadline,
    ) -> PreviewPage:
        """Return the entries that a purge of these names would end among the next `limit` items: the first `shown`.

        A hard purge ends every entry that it covers and that was not purged before. A soft purge ends the freshness of
        those that are fresh. Raises StoreError, and ValueError for the cursor of a table that is not there.
        """
        entries: list[ListedEntry] = []
        count = size = scanned = 0
        place = cursor
        for page in self.items.pages(cursor, limit=limit, deadline=deadline):
            scanned, place = scanned + page.read, page.next
            covered = [item for item in page.items if not set(purged.names).isdisjoint(item.stamp_names)]
            for entry in self._ended(covered, page.table, purged, soft, deadline):
                count, size = count + 1, size + entry.facts.size
                if len(entries) < shown:
                    entries.append(entry)
        return PreviewPage(entries=tuple(entries), count=count, size=size, scanned=scanned, next=place)

    def _ended(
        self, items: list[OpenedItem], table: CacheTable, purged: PurgedNames, soft: bool, deadline: Deadline
    ) -> list[ListedEntry]:
        """Return these items, as they are now, without those that the purge would leave as they are."""
        if not items:
            return []
        before, now = stamps_of(items, table, deadline), self.items.clock()
        at = now + MARGIN
        if purged.by_tag:  # as tag_purge_time: later than every such purge before it
            last = table.stamps.read((TAG_PURGES,), deadline=deadline).get(TAG_PURGES, Stamp()).stamped(at, soft=soft)
            at = last.soft if soft else last.hard
        after = before | {name: before[name].stamped(at, soft=soft) for name in purged.names if name in before}
        ended = []
        for item in items:
            entry = item.listed(before, now)
            then = item.listed(after, now).state
            if entry.state != "purged" and (then == "purged" or (soft and entry.state == "fresh" != then)):
                ended.append(entry)
        return ended
