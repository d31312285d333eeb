"""The stores in memory: for tests, and for a gateway with a temporary cache. Threads may share them."""

from __future__ import annotations

import threading
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.domain.http.messages import Response
from brine.domain.purging.stamps import Stamp
from brine.ports.admin import ItemPage, TableItem
from brine.ports.caching import ABANDONED, Held, Lease, split_lease_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.http.fields import Fields
    from brine.ports.admin import TableKey
    from brine.ports.caching import Ending, Item, ItemStore
    from brine.ports.deadline import Deadline

_STORED: Final = {"r#", "c#"}
"""How the partition keys of stored responses and results begin."""


class MemoryItemStore:
    """The ItemStore port on a dictionary, which has atomic operations. Tests may read and change `items`."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        """Return the item, or None. Every read is consistent."""
        return self.items.get((pk, sk))

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        """Put the item, and replace an existing one."""
        self.items[pk, sk] = item

    def page(
        self, *, limit: int, now: float, after: TableKey | None = None, deadline: Deadline | None = None
    ) -> ItemPage:
        """Return the next items in the order of their keys. This is the ItemPages port."""
        keys = sorted(key for key in list(self.items) if after is None or key > after)
        read = keys[:limit]
        found = ((key, item) for key in read if (item := self.items.get(key)) is not None)
        return ItemPage(
            items=tuple(TableItem(*key, item) for key, item in found if key[0][:2] in _STORED and item.evict_at > now),
            read=len(read),
            next_after=read[-1] if len(keys) > limit else None,
        )

    def clear(self) -> None:
        """Remove all items."""
        self.items.clear()


class MemoryLeaseStore:
    """The LeaseStore port beside a store in memory. `leases` has the last lease of each key; tests may read it."""

    def __init__(self, items: MemoryItemStore) -> None:
        self.leases: dict[str, Lease] = {}
        self._items = items
        self._lock = threading.Lock()

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        """Take the lease of `pk` if it is free or expired. A repeated call returns this owner's current lease."""
        with self._lock:
            last = self.leases.get(pk)
            if last is not None and last.expires_at > now:
                return last if last.owner == owner else _held(last)
            lease = Lease(pk, owner, 1, expires_at)
            if last is not None:
                lease = replace(last, owner=owner, token=last.token + 1, expires_at=expires_at)
            self.leases[pk] = lease
            return lease

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        """Write `item` and release the lease. Return False if it is not the last lease."""
        with self._lock:
            last = self._last(lease)
            if last is None:
                return False
            self._items.write(split_lease_key(lease.pk)[0], sk, item)
            self.leases[lease.pk] = replace(last, expires_at=0.0, committed=last.token)
            return True

    def renew(self, lease: Lease, expires_at: float, *, deadline: Deadline | None = None) -> bool:
        """Let the lease last until `expires_at`. Return False if it is not the last one, or is committed."""
        with self._lock:
            last = self._last(lease)
            if last is None or not last.expires_at:
                return False
            self.leases[lease.pk] = replace(last, expires_at=expires_at)
            return True

    def release(
        self, lease: Lease, *, ending: Ending = "settled", failure: str = "", deadline: Deadline | None = None
    ) -> None:
        """Release the lease, and with it the right to commit."""
        with self._lock:
            last = self._last(lease)
            if last is None:
                return
            released = replace(last, owner="", expires_at=0.0 if ending == "settled" else ABANDONED)
            if ending == "failed":
                released = replace(released, failed=last.token, failure=failure)
            self.leases[lease.pk] = released

    def holder(self, pk: str, *, deadline: Deadline | None = None) -> Held | None:
        """Return the newest lease, or None if it was settled."""
        last = self.leases.get(pk)
        return _held(last) if last is not None and last.expires_at else None

    def clear(self) -> None:
        """Forget all leases."""
        with self._lock:
            self.leases.clear()

    def _last(self, lease: Lease) -> Lease | None:
        """Return the last lease of the key, if it is this one."""
        last = self.leases.get(lease.pk)
        return last if last is not None and (last.owner, last.token) == (lease.owner, lease.token) else None


def _held(lease: Lease) -> Held:
    return Held(lease.expires_at, lease.token, lease.failed, lease.failure)


class MemoryStampStore:
    """The StampStore port beside a store of items. Tests may read and change `stamps`."""

    def __init__(self, items: ItemStore) -> None:
        self.stamps: dict[str, Stamp] = {}
        self._items = items
        self._lock = threading.Lock()

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        """Return the stamp of each name. Every read is consistent."""
        return {name: self.stamps.get(name, Stamp()) for name in names}

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        """Return the item, and the stamp of each name."""
        return self._items.read(pk, sk, consistent=consistent), self.read(names)

    def read_with_items(
        self,
        names: Collection[str],
        keys: Collection[tuple[str, str]],
        *,
        consistent: bool = False,
        deadline: Deadline | None = None,
    ) -> tuple[dict[tuple[str, str], Item], dict[str, Stamp]]:
        """Return the items at these keys, and the stamp of each name."""
        items = {key: item for key in keys if (item := self._items.read(*key, consistent=consistent)) is not None}
        return items, self.read(names)

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        """Stamp `name`, later than its last stamp, and return that one."""
        with self._lock:
            last = self.stamps.get(name, Stamp())
            self.stamps[name] = last.stamped(at, soft=soft)
            return last

    def clear(self) -> None:
        """Forget all purges."""
        with self._lock:
            self.stamps.clear()


class MemoryBodyStore:
    """The BodyStore port on a dictionary. Tests may read and change `bodies`, and read `links`, which never expire."""

    def __init__(self) -> None:
        self.bodies: dict[bytes, bytes] = {}
        self.links: dict[str, Response] = {}

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        """Return the bytes at this address, unverified, or None if there are none or more than `size`."""
        body = self.bodies.get(digest)
        return body if body is not None and len(body) <= size else None

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        """Put the bytes, unless the address is taken."""
        self.bodies.setdefault(digest, body)

    def clear(self) -> None:
        """Remove all bodies."""
        self.bodies.clear()

    def link(
        self, digest: bytes, size: int, *, seconds: int, fields: Fields, deadline: Deadline | None = None
    ) -> str | None:
        """Return a URL that is a key of `links`, or None if the bytes are missing or altered."""
        body = self.bodies.get(digest)
        if body is None or len(body) != size or sha256(body).digest() != digest:
            return None
        url = f"memory:{len(self.links)}"
        self.links[url] = Response(status=200, fields=fields, body=body)
        return url
