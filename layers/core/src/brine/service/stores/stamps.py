"""Stamps as one process knows them: read or written a moment ago, and else read from the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.purging.stamps import Stamp
from brine.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.ports.caching import Item, ItemStore, StampStore
    from brine.service.stores.known_stamps import KnownStamps
    from brine.service.transaction import Trace

MOST_WITH_ITEM: Final = 90
"""Stamps that one call reads together with an item: the store takes fewer than a hundred keys."""


LATELY: Final = 0.1
"""The share of the purge delta after which a process reads the order of the purges of tags again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """The stamps of a table, those that this process knows, and the items that they are read with."""

    items: ItemStore
    store: StampStore
    known: KnownStamps

    def read_with_item(
        self,
        names: Collection[str],
        pk: str,
        sk: str,
        *,
        trace: Trace,
        consistent: bool = False,
        along: tuple[str, ...] = (),
    ) -> Item | None:
        """Return an item, and learn in the same call the stamps that are not known. Raises StoreError.

        along: stamps to read again in the same call, if this process read them longer ago than LATELY.
        """
        known = self.known.get(names, trace.now)
        unknown = [name for name in names if name not in known]
        if not unknown:
            return self.items.read(pk, sk, consistent=consistent, deadline=trace.deadline)
        lately = self.known.get(along, trace.now, share=LATELY)
        unknown = [*unknown[:MOST_WITH_ITEM], *[name for name in along if name not in lately]]
        item, read = self.store.read_with_item(unknown, pk, sk, consistent=consistent, deadline=trace.deadline)
        self.known.learn(read, trace.now)
        return item

    def read_with_items(
        self, names: Collection[str], keys: Collection[tuple[str, str]], *, trace: Trace, consistent: bool = False
    ) -> dict[tuple[str, str], Item]:
        """Return many items, and learn in the same calls the stamps that are not known. Raises StoreError."""
        known = self.known.get(names, trace.now)
        unknown = [name for name in names if name not in known]
        items, read = self.store.read_with_items(unknown, keys, consistent=consistent, deadline=trace.deadline)
        self.known.learn(read, trace.now)
        return items

    def read(self, names: Collection[str], trace: Trace) -> dict[str, Stamp] | None:
        """Return the stamps of these names, or None when the table fails. One call for those that are not known."""
        known = self.known.get(names, trace.now)
        unknown = [name for name in names if name not in known]
        if not unknown:
            return known
        try:
            read = self.store.read(unknown, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("stamps", error)
            return None
        return known | self.known.learn(read, trace.now)

    def read_again(self, names: Collection[str], trace: Trace) -> dict[str, Stamp] | None:
        """Return the stamps of these names as they are now, or None when the table fails. One call."""
        try:
            read = self.store.read(names, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("stamps", error)
            return None
        return self.known.learn(read, trace.now)

    def read_known(self, names: Collection[str], now: float) -> dict[str, Stamp] | None:
        """Return the stamps of these names, or None when this process does not know them all. No call."""
        known = self.known.get(names, now)
        return known if len(known) == len(names) else None

    def write(self, name: str, trace: Trace, *, at: float, soft: bool = False) -> Stamp:
        """Write a stamp and return what it was before. This process goes by it even if the table fails.

        One call, rarely two. Raises StoreError when the table did not confirm the write.
        """
        try:
            before = self.store.write(name, at=at, soft=soft, deadline=trace.deadline)
        except StoreError:
            self.known.learn({name: Stamp().stamped(at, soft=soft)}, trace.now)
            raise
        self.known.learn({name: before.stamped(at, soft=soft)}, trace.now)
        return before
