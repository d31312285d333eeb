"""What both caches need: a table, leases and stamps in it, a store for large bodies, a queue, process memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.http.fields import Fields
    from brine.domain.purging.stamps import Stamp
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.deadline import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row of the cache table: a sealed envelope, and beside it what conditions, the TTL and people need.

    Nothing but `envelope` decides what is served. `evict_at` is in whole seconds since 1970.
    """

    envelope: bytes
    evict_at: int
    generation: int = 0
    route: str = ""
    target: str = ""
    tags: tuple[str, ...] = ()


class ItemStore(Protocol):
    """The cache table. Every method is one round trip and raises StoreError when it fails; keys are never empty."""

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        """The item, or None. An item past `evict_at` may still be returned.

        Unless `consistent`, at twice the price, what was written a moment ago may be missing and what it replaced may
        come back. What is there but not whole, or not of our making, is None too.
        """

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        """Put the item, replacing any."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to fill a key until `expires_at`, in seconds since 1970. `token` grows with every lease of the key.

    `owner` is unique to one fetch, so that a repeated acquire of which the first answer was lost finds its own lease.
    `committed` is the token of the last commit, 0 if there was none: whoever has seen less, looks again.
    """

    pk: str
    owner: str
    token: int
    expires_at: float
    committed: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else has the lease, until `expires_at`."""

    expires_at: float


class LeaseStore(Protocol):
    """Leases, each an item of its own beside what it guards. Every method is one round trip and raises StoreError."""

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        """Take the lease of `pk` if it is free, past its time, or this owner's already; atomic among all callers."""

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        """Write `item` at (lease.pk, sk) and release, both or neither. False, and nothing written, for an old token.

        A lease past its time may still commit, as long as nobody has taken it since. Doing it twice is doing it once.
        """

    def release(self, lease: Lease, *, deadline: Deadline | None = None) -> None:
        """Give the lease back; no error when it is no longer this owner's."""

    def holder(self, pk: str, *, deadline: Deadline | None = None) -> Held | None:
        """Who has the lease, for those that wait for it: None when it was given back. Strongly consistent."""


class StampStore(Protocol):
    """The stamps of purges and invalidations (brine.domain.purging.stamps). Every method raises StoreError."""

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        """The stamp of each name; Stamp() for what was never purged. One round trip for up to a hundred.

        It is not consistent: a stamp of a moment ago may be missing. All names or StoreError, never a part of them.
        """

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        """`read`, and in the same round trip the item, as ItemStore.read."""

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        """Stamp it hard or soft, at `at` (seconds since 1970), or a moment after the last such stamp if that is later.

        The stamp as it was before. One round trip, or two. Doing it twice is harmless.
        """


class BodyStore(Protocol):
    """Large bodies by the SHA-256 of their bytes. Each method is one round trip and raises StoreError when it fails."""

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        """The bytes at this address, unverified, or None when there are none, or more than `size`.

        Memory stays within about `size` bytes, whatever is there.
        """

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        """Put the bytes, unless the address is taken: same address, same bytes."""

    def link(
        self, digest: bytes, size: int, *, seconds: int, fields: Fields, deadline: Deadline | None = None
    ) -> str | None:
        """A URL by which whoever has it gets the bytes for so many seconds; None when they are not there, or altered.

        They come with `fields`: the Content-Type, Content-Encoding, Content-Language and Content-Disposition that they
        are to have, each once at most.
        """


class RefreshQueue(Protocol):
    """Refreshes that are left to somebody else, who gets each at least once, in any order."""

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
        """Hand a request over: it is kept once this returns. One round trip; raises StoreError."""


class Memory[V](Protocol):
    """The cache inside one process (L1): bounded, never failing, lost with the process."""

    @property
    def moment(self) -> int:
        """Now, for `put` to know whether anything was deleted since."""

    def get(self, key: tuple[str, str]) -> V | None:
        """The value, or None."""

    def put(self, key: tuple[str, str], value: V, size: int, *, since: int | None = None) -> bool:
        """Keep the value, of `size` bytes, at the cost of those used longest ago. False when it is too large.

        Nothing is kept, which is no failure, when anything was deleted after the moment `since`.
        """

    def delete(self, key: tuple[str, str]) -> None:
        """Forget the value, if there is one."""
