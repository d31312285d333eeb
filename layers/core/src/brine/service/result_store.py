"""Stored results in their places: process memory, the table, and the body store for what is large.

Everywhere it is the envelope that is kept, process memory included, and every caller gets an object of their own
(docs/decisions/0004). A result whose envelope is too large for the table lies in the body store, and the table has an
envelope that says where.

Nothing here fails a computation: a store that does not answer and an envelope that does not open are misses, and noted
in the journal. Only an object that no codec could seal is an error.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.stored_result import Elsewhere
from brine.errors import StoreError
from brine.ports import Item
from brine.service.journal import Fault
from brine.service.result_sealing import pack, unpack
from brine_codec import CodecError, Expired, Unsupported

if TYPE_CHECKING:
    from brine.domain.stored_result import StoredResult
    from brine.ports import BodyStore, Deadline, Held, ItemStore, Lease, LeaseStore, Memory
    from brine.service.journal import Journal
    from brine_codec import Codec

SLOT: Final = "result"
LAST_SECOND: Final = 2**32 - 1
"""The latest time that an envelope can hold, in 2106."""
_WEIGHT: Final = 300
"""Bytes that an entry of process memory takes besides its envelope."""


class ResultMemory:
    """Envelopes in process memory. What was forgotten does not come back from a read or a fill under way."""

    def __init__(self, memory: Memory[bytes]) -> None:
        self._memory = memory
        self._forgotten = 0
        self._lock = threading.Lock()

    @property
    def moment(self) -> int:
        """Now, for `put` to know whether anything was forgotten since."""
        return self._forgotten

    def get(self, key: str) -> bytes | None:
        """The envelope, or None."""
        return self._memory.get((key, SLOT))

    def put(self, key: str, envelope: bytes, since: int) -> bool:
        """Keep the envelope, unless something was forgotten since that moment. False when it is too large."""
        with self._lock:
            if self._forgotten != since:
                return True
            return self._memory.put((key, SLOT), envelope, len(envelope) + _WEIGHT)

    def forget(self, key: str) -> None:
        """Forget the envelope, and what is about to be put."""
        with self._lock:
            self._forgotten += 1
            self._memory.delete((key, SLOT))


@dataclass(frozen=True, slots=True)
class Found:
    """What the table has: the result, if it can be used, and the token of the last fill that was seen there."""

    stored: StoredResult | None = None
    generation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultStore:
    """The stored results of one cache. `scope` is what all its envelopes are bound to, besides their keys.

    `inline_limit`: the largest envelope, in bytes, that the table holds. Keys are those of `result_key`.
    """

    codec: Codec
    items: ItemStore
    leases: LeaseStore
    bodies: BodyStore
    memory: ResultMemory
    inline_limit: int
    scope: tuple[str, ...] = field(default=())

    def within(self, deadline: Deadline) -> ResultStore:
        """This store for calls that are over by then."""
        return replace(
            self,
            items=self.items.within(deadline),
            leases=self.leases.within(deadline),
            bodies=self.bodies.within(deadline),
        )

    def recall(self, key: str, now: float, journal: Journal) -> StoredResult | None:
        """Look in this process alone: no I/O."""
        envelope = self.memory.get(key)
        found = None if envelope is None else self._open(key, envelope, now, journal)
        return None if found is None or isinstance(found.value, Elsewhere) else found

    def find(self, key: str, now: float, journal: Journal, *, consistent: bool = False) -> Found:
        """Look in the table: one call, two for what is large. Raises StoreError when the table does not answer."""
        since = self.memory.moment
        try:
            item = self.items.read(pk_of(key), SLOT, consistent=consistent)
        except StoreError as error:
            journal.store_failed("table", error)
            raise
        if item is None:
            return Found()
        envelope: bytes | None = item.envelope
        stored = self._open(key, item.envelope, now, journal)
        if stored is not None and isinstance(stored.value, Elsewhere):
            envelope = self._load(stored.value, journal)
            stored = None if envelope is None else self._open(key, envelope, now, journal)
        if stored is None or envelope is None or isinstance(stored.value, Elsewhere):
            return Found(generation=item.generation)
        self.memory.put(key, envelope, since)
        return Found(stored, item.generation)

    def keep(self, key: str, stored: StoredResult, lease: Lease, now: float, journal: Journal) -> bool:
        """Store a result, and give the lease back. False when nothing was stored. Raises Unsupported.

        One call, two with a large one. A newer lease than `lease` means that the result came too late.
        """
        if not stored.is_usable(now):
            self.release(lease, journal)
            return False
        since = self.memory.moment
        stored = replace(stored, generation=lease.token)
        evict_at = min(ceil(min(max(stored.fresh_until, stored.grace_until), LAST_SECOND)), LAST_SECOND)
        try:
            whole = inline = self._seal(key, stored, now, evict_at)
            if len(whole) > self.inline_limit:
                place = Elsewhere(sha256(whole).digest(), len(whole))
                inline = self._seal(key, replace(stored, value=place), now, evict_at)
                self.bodies.write(place.digest, whole)
        except Unsupported:
            self.release(lease, journal)
            raise
        except CodecError as error:
            journal.envelope_refused(error)
            self.release(lease, journal)
            return False
        except StoreError as error:
            journal.store_failed("bodies", error)
            self.release(lease, journal)
            return False
        try:
            committed = self.leases.commit(
                lease, SLOT, Item(envelope=inline, evict_at=evict_at, generation=lease.token)
            )
        except StoreError as error:
            journal.store_failed("table", error)
            return False
        if committed:
            self.memory.put(key, whole, since)
        return committed

    def drop(self, key: str) -> None:
        """Forget what is stored under the key, and what computations under way would store. Two calls.

        Raises StoreError when the table has not done it; this process has forgotten it anyway.
        """
        try:
            self.leases.revoke(pk_of(key))
            self.items.delete(pk_of(key), SLOT)
        finally:
            self.memory.forget(key)

    def acquire(self, key: str, *, owner: str, now: float, expires_at: float, journal: Journal) -> Lease | Held | None:
        """The lease of a key, or who has it; None when the table does not answer. One call."""
        try:
            return self.leases.acquire(pk_of(key), owner=owner, now=now, expires_at=expires_at)
        except StoreError as error:
            journal.store_failed("table", error)
            return None

    def holder(self, key: str, journal: Journal) -> Held | None:
        """Who has the lease of a key: None when it was given back, or the table does not answer. One call."""
        try:
            return self.leases.holder(pk_of(key))
        except StoreError as error:
            journal.store_failed("table", error)
            return None

    def release(self, lease: Lease, journal: Journal) -> None:
        """Give a lease back with nothing stored. If that fails, its time will end it. One call."""
        try:
            self.leases.release(lease)
        except StoreError as error:
            journal.store_failed("table", error)

    def _seal(self, key: str, stored: StoredResult, now: float, evict_at: int) -> bytes:
        return self.codec.seal(pack(stored), context=(*self.scope, key), now=now, expires_at=evict_at)

    def _open(self, key: str, envelope: bytes, now: float, journal: Journal) -> StoredResult | None:
        try:
            return unpack(self.codec.open(envelope, context=(*self.scope, key), now=now))
        except Expired:  # DynamoDB deletes late
            return None
        except CodecError as error:
            journal.envelope_refused(error)
            return None

    def _load(self, place: Elsewhere, journal: Journal) -> bytes | None:
        """The envelope in the body store, or None. What was altered would not open; this says so by its own name."""
        try:
            envelope = self.bodies.read(place.digest, place.size)
        except StoreError as error:
            journal.store_failed("bodies", error)
            return None
        if envelope is None:
            journal.note(Fault("bodies", "missing"))
        elif sha256(envelope).digest() != place.digest:
            journal.note(Fault("bodies", "altered"))
            envelope = None
        return envelope


def pk_of(key: str) -> str:
    """The partition of all that belongs to a key."""
    return f"c#{key}"
