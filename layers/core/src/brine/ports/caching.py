"""The protocols of the caches' outside services: the table, a body store, a queue, and process memory.

A call with a `deadline` ends by then, or sooner when the adapter's own time budget is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.http.fields import Fields
    from brine.domain.purging.stamps import Stamp
    from brine.domain.refreshing.request import RefreshRequest
    from brine.domain.resilience.permits import Permit
    from brine.ports.deadline import Deadline


type Ending = Literal["settled", "abandoned", "failed"]
"""How a fetch ended, for the callers that wait for it.

- `settled`: its response is stored, or may not be shared.
- `abandoned`: it has no outcome: its task was cancelled, or a purge came between.
- `failed`: the origin or the computation failed.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row of the cache table: a sealed envelope, and attributes for conditions, the TTL and operators.

    Only `envelope` decides which response is served. `evict_at` is in whole seconds since 1970.
    """

    envelope: bytes
    evict_at: int
    generation: int = 0
    route: str = ""
    target: str = ""
    tags: tuple[str, ...] = ()


class ItemStore(Protocol):
    """The cache table. Every method is one round trip and raises StoreError if it fails. Keys are never empty."""

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        """Return the item, or None if there is none. An item past `evict_at` may still be returned.

        Unless `consistent`, which costs twice as much, the result may lack a recent write, and be the item before it.
        An incomplete or foreign item is None too.
        """

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        """Put the item, and replace an existing one."""


def lease_key(pk: str, sk: str) -> str:
    """Return the key of the lease of one slot: the lease of `pk` alone guards all slots that have none of their own."""
    return f"{pk}\n{sk}"


def split_lease_key(key: str) -> tuple[str, str]:
    """Return the partition key of the items that a lease guards, and the slot of `lease_key`, or "" if it has none."""
    pk, _, sk = key.partition("\n")
    return pk, sk


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to fill a key until `expires_at`, in seconds since 1970. `token` grows with every lease of the key.

    `pk` is the partition key of the items that may be filled, or the `lease_key` of a slot.

    `owner` is unique to one fetch. So if the answer to an acquire is lost, its repetition finds its own lease.
    `committed` is the token of the last commit, or 0. A fetch that has seen a smaller generation must look up again.
    `failed` is the token of the last lease whose fetch failed, or 0, and `failure` names that failure.
    """

    pk: str
    owner: str
    token: int
    expires_at: float
    committed: int = 0
    failed: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The newest lease of a key, as other callers see it. It is free from `expires_at` on (seconds since 1970).

    `token`, `failed` and `failure` are as in `Lease`.
    """

    expires_at: float
    token: int
    failed: int = 0
    failure: str = ""


ABANDONED: Final = 1
"""The `expires_at` of a lease that its holder gave up without an outcome: the first second of 1970."""


class LeaseStore(Protocol):
    """Leases, each in its own item beside the guarded one. Every method is one round trip and raises StoreError."""

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        """Take the lease of `pk` if it is free, expired, or already this owner's; else return its holder.

        `pk` may be a `lease_key`. Atomic among all callers.
        """

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        """Write `item` in the lease's partition at `sk` and release the lease, in one transaction.

        Return False, and write nothing, if another owner has taken or released the lease since. An expired lease may
        still commit until then. A repetition has no further effect.
        """

    def renew(self, lease: Lease, expires_at: float, *, deadline: Deadline | None = None) -> bool:
        """Let the lease last until `expires_at`, also if it has expired and no caller has taken it since.

        Return False without a change if it was committed, released or taken by another owner. A repetition is
        harmless, also after a commit.
        """

    def release(
        self, lease: Lease, *, ending: Ending = "settled", failure: str = "", deadline: Deadline | None = None
    ) -> None:
        """Release the lease, and with it the right to commit.

        It is no error if the lease is no longer this owner's. ending: for the callers that wait. `settled`: they look
        up again. `abandoned`: one of them takes the lease. `failed`: the same, and they learn of the `failure`.
        """

    def holder(self, pk: str, *, deadline: Deadline | None = None) -> Held | None:
        """Return the newest lease of `pk`; None if it was settled, by a commit or a release, or there was none.

        Strongly consistent: waiting requests poll it.
        """


class PermitStore(Protocol):
    """The permits of the variants of each key. Every method is one round trip and raises StoreError if it fails."""

    def claim(
        self,
        pk: str,
        permit: Permit,
        *,
        now: float,
        replaces: Permit | None = None,
        deadline: Deadline | None = None,
    ) -> Permit | None:
        """Give the permit out, and return None, if it is free, its time is over, or its slot has it already.

        Otherwise return the permit as another slot has it. replaces: that permit is taken over, if it is still the
        same. Atomic among all callers; a repetition has no further effect.
        """

    def read(self, pk: str, numbers: Collection[int], *, deadline: Deadline | None = None) -> list[Permit]:
        """Return the permits with these numbers that were given out, over or not. Strongly consistent.

        A permit may be missing although it was given out: only `claim` is sure.
        """


class StampStore(Protocol):
    """The stamps of purges and invalidations (brine.domain.purging.stamps). Every method raises StoreError."""

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        """Return the stamp of each name; Stamp() for a name that was never purged.

        One round trip for each hundred names. The read is not consistent: a recent stamp may be missing. The result
        has all names, or the method raises StoreError.
        """

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        """Return the item as ItemStore.read does, and in the same round trip the stamps as `read` does."""

    def read_with_items(
        self,
        names: Collection[str],
        keys: Collection[tuple[str, str]],
        *,
        consistent: bool = False,
        deadline: Deadline | None = None,
    ) -> tuple[dict[tuple[str, str], Item], dict[str, Stamp]]:
        """Return the items at these keys (pk, sk) by key, without the missing ones, and the stamps as `read` does.

        One round trip for each hundred keys and names together.
        """

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        """Stamp `name` hard or soft, and return its stamp from before. One round trip, or two.

        at: seconds since 1970. If the last stamp of that kind is not earlier, the new one is STEP later than the last.
        A repetition is harmless.
        """


class BodyStore(Protocol):
    """Large bodies by the SHA-256 of their bytes. Each method is one round trip and raises StoreError if it fails."""

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        """Return the bytes at this address, unverified, or None if there are none, or more than `size`.

        The call takes about `size` bytes of memory at most, even for a larger object.
        """

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        """Put the bytes, unless the address is taken: equal addresses have equal bytes."""

    def link(
        self, digest: bytes, size: int, *, seconds: int, fields: Fields, deadline: Deadline | None = None
    ) -> str | None:
        """Return a presigned URL of the bytes, valid for `seconds`, or None if they are missing or altered.

        fields: the Content-Type, Content-Encoding, Content-Language and Content-Disposition of the download, each at
        most once.
        """


class RefreshQueue(Protocol):
    """Refresh requests to the refresher, which receives each at least once, in any order."""

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
        """Enqueue a refresh request. When the method returns, it is stored. One round trip; raises StoreError."""


class TextQueue(Protocol):
    """Messages that are text, each delivered at least once, in any order."""

    def send(self, text: str, *, deadline: Deadline | None = None) -> None:
        """Enqueue a text. When the method returns, it is stored. One round trip; raises StoreError."""


class Memory[V](Protocol):
    """The cache inside one process (L1). It is bounded, never fails, and ends with the process."""

    def get(self, key: tuple[str, str]) -> V | None:
        """Return the value, or None."""

    def peek(self, key: tuple[str, str]) -> V | None:
        """Return the value, or None, and do not count this as a use of it."""

    def put(self, key: tuple[str, str], value: V, size: int) -> bool:
        """Keep the value, of `size` bytes, and drop the least recently used values for it.

        Return False if the value is too large.
        """

    def delete(self, key: tuple[str, str]) -> None:
        """Drop the value, if there is one."""

    def clear(self) -> None:
        """Drop all values."""
