"""Stores with a bug each, for a search to find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine.adapters.memory.stores import MemoryLeaseStore, MemoryStampStore
from brine.domain.purging.stamps import Stamp
from tests.support.gateway.world import START

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.ports.caching import Held, Item, Lease
    from brine.ports.deadline import Deadline


class Blind(MemoryStampStore):
    """Stamps that are written and never seen."""

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        return dict.fromkeys(names, Stamp())


class Careless(MemoryLeaseStore):
    """Leases with an open fence: they take every commit for the newest."""

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        if not super().commit(lease, sk, item):
            self._items.write(lease.pk, sk, item)
        return True


class Endless(MemoryLeaseStore):
    """Leases that never expire."""

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        return super().acquire(pk, owner=owner, now=min(now, START - 100), expires_at=expires_at)


class Reviving(MemoryLeaseStore):
    """Leases whose renewals ask for no token: any of them renews the newest lease."""

    def renew(self, lease: Lease, expires_at: float, *, deadline: Deadline | None = None) -> bool:
        self.leases[lease.pk] = replace(self.leases[lease.pk], expires_at=expires_at)
        return True
