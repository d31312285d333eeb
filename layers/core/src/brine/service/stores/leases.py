"""The leases of keys. A store that fails is a fault: the caller goes on without a lease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.errors import StoreError

if TYPE_CHECKING:
    from brine.ports.caching import Ending, Held, Item, Lease, LeaseStore
    from brine.service.transaction import Trace


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases in a store, by partition key. Every method is one call."""

    store: LeaseStore

    def acquire(self, pk: str, *, owner: str, now: float, expires_at: float, trace: Trace) -> Lease | Held | None:
        """Return the lease, or its holder; None when the table fails."""
        try:
            return self.store.acquire(pk, owner=owner, now=now, expires_at=expires_at, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("table", error)
            return None

    def holder(self, pk: str, trace: Trace) -> Held | None:
        """Return the newest lease; None when it was settled, or the table fails."""
        try:
            return self.store.holder(pk, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("table", error)
            return None

    def renew(self, lease: Lease, expires_at: float, trace: Trace) -> bool:
        """Let the lease last until `expires_at`. False if it is over. Raises StoreError."""
        return self.store.renew(lease, expires_at, deadline=trace.deadline)

    def release(self, lease: Lease, ending: Ending, failure: str, trace: Trace) -> None:
        """Give a lease back unused. If the table fails, the lease ends with its time."""
        try:
            self.store.release(lease, ending=ending, failure=failure, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("table", error)

    def commit(self, lease: Lease, slot: str, item: Item, trace: Trace) -> bool | None:
        """Store the item and give the lease back. False if a newer lease exists; None when the table fails."""
        try:
            return self.store.commit(lease, slot, item, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("table", error)
            return None
