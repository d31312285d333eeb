"""Stamps as one process has them: by what it read or wrote a moment ago, and else from the table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from brine.domain.purging.stamps import Stamp
from brine.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.ports.caching import Item, ItemStore, StampStore
    from brine.ports.deadline import Deadline
    from brine.service.journal import Journal
    from brine.service.stores.known_stamps import KnownStamps

ALONG: Final = 90
"""Stamps that are read along with an item: the store takes fewer than a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """The stamps of a table, what this process knows of them, and the items that they are read along with.

    Times, in seconds since 1970, are those of the request at hand.
    """

    items: ItemStore
    store: StampStore
    known: KnownStamps

    def within(self, deadline: Deadline) -> Stamps:
        """These stamps for calls that are over by then."""
        return replace(self, items=self.items.within(deadline), store=self.store.within(deadline))

    def read_item(
        self, names: Collection[str], pk: str, sk: str, now: float, *, consistent: bool = False
    ) -> Item | None:
        """An item, and along with it those of the stamps that are not known. One call. Raises StoreError."""
        known = self.known.get(names, now)
        unknown = [name for name in names if name not in known]
        if not unknown:
            return self.items.read(pk, sk, consistent=consistent)
        item, read = self.store.read_with_item(unknown[:ALONG], pk, sk, consistent=consistent)
        self.known.learn(read, now)
        return item

    def read(self, names: Collection[str], now: float, journal: Journal) -> dict[str, Stamp] | None:
        """The stamps of these names; None when that cannot be told. One call for those that are not known."""
        known = self.known.get(names, now)
        unknown = [name for name in names if name not in known]
        if not unknown:
            return known
        try:
            read = self.store.read(unknown)
        except StoreError as error:
            journal.store_failed("stamps", error)
            return None
        return known | self.known.learn(read, now)

    def read_known(self, names: Collection[str], now: float) -> dict[str, Stamp] | None:
        """The same by what this process knows alone. No call."""
        known = self.known.get(names, now)
        return known if len(known) == len(names) else None

    def write(self, name: str, *, at: float, now: float, soft: bool = False) -> Stamp:
        """Stamp it; what the stamp was before. This process knows of it at once, even if the table does not.

        One call, rarely two. Raises StoreError when it cannot be told whether it was done.
        """
        try:
            before = self.store.write(name, at=at, soft=soft)
        except StoreError:
            self.known.learn({name: Stamp().stamped(at, soft=soft)}, now)
            raise
        self.known.learn({name: before.stamped(at, soft=soft)}, now)
        return before
