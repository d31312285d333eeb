"""The leases of a cache's keys, for who goes on without one: what fails is noted in the journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import Held, Item, Lease, LeaseStore
    from brine.ports.deadline import Deadline
    from brine.service.journal import Journal


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases in a store; `pk_of` gives the partition of a key. Every method is one call."""

    store: LeaseStore
    pk_of: Callable[[str], str]

    def within(self, deadline: Deadline) -> Leases:
        """These leases for calls that are over by then."""
        return replace(self, store=self.store.within(deadline))

    def acquire(self, key: str, *, owner: str, now: float, expires_at: float, journal: Journal) -> Lease | Held | None:
        """The lease of a key, or who has it; None when the table does not answer."""
        try:
            return self.store.acquire(self.pk_of(key), owner=owner, now=now, expires_at=expires_at)
        except StoreError as error:
            journal.store_failed("table", error)
            return None

    def holder(self, key: str, journal: Journal) -> Held | None:
        """Who has the lease of a key: None when it was given back, or the table does not answer."""
        try:
            return self.store.holder(self.pk_of(key))
        except StoreError as error:
            journal.store_failed("table", error)
            return None

    def release(self, lease: Lease, journal: Journal) -> None:
        """Give a lease back with nothing stored. If that fails, its time will end it."""
        try:
            self.store.release(lease)
        except StoreError as error:
            journal.store_failed("table", error)

    def commit(self, lease: Lease, slot: str, item: Item, journal: Journal) -> bool:
        """Store the item, and give the lease back. False when it was no longer the newest, or nothing is known."""
        try:
            return self.store.commit(lease, slot, item)
        except StoreError as error:
            journal.store_failed("table", error)
            return False
