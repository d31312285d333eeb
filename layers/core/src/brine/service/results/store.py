"""Stored results in their places: process memory, the table, and the body store for what is large.

Everywhere it is the envelope that is kept, process memory included, and every caller gets an object of their own
(docs/decisions/0004). A result whose envelope is too large for the table lies in the body store, and the table has an
envelope that says where. What was purged is as good as not there; where its stamps cannot be read, it may have been.

Nothing here fails a computation: a store that does not answer and an envelope that does not open are misses, and noted
in the journal. Only an object that no codec could seal is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.purging.stamps import is_purged, outlived_stamps, result_stamp, stale_from
from brine.domain.results.stored import EnvelopeReference
from brine.errors import StoreError
from brine.ports.caching import Item
from brine.service.results.sealing import pack, unpack
from brine_codec import CodecError, Expired, Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.purging.stamps import Stamp
    from brine.domain.results.key import ResultEntry
    from brine.domain.results.stored import StoredResult
    from brine.ports.caching import Lease, Memory
    from brine.ports.deadline import Deadline
    from brine.service.journal import Journal
    from brine.service.stores.bodies import Bodies
    from brine.service.stores.leases import Leases
    from brine.service.stores.stamps import Stamps
    from brine_codec import Codec

SLOT: Final = "result"
LAST_SECOND: Final = 2**32 - 1
"""The latest time that an envelope can hold, in 2106."""
_WEIGHT: Final = 300
"""Bytes that an entry of process memory takes besides its envelope."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is there: the result, if it can be used, and the token of the last fill that was seen in the table.

    `stamps`: those that were looked at.
    """

    stored: StoredResult | None = None
    generation: int = 0
    stamps: Mapping[str, Stamp] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultStore:
    """The stored results of one cache. `scope` is what all its envelopes are bound to, besides their keys.

    `inline_limit`: the largest envelope, in bytes, that the table holds. Keys are those of `result_key`.
    """

    codec: Codec
    stamps: Stamps
    leases: Leases
    bodies: Bodies
    memory: Memory[bytes]
    inline_limit: int
    scope: tuple[str, ...] = field(default=())

    def within(self, deadline: Deadline) -> ResultStore:
        """This store for calls that are over by then."""
        return replace(
            self,
            stamps=self.stamps.within(deadline),
            leases=self.leases.within(deadline),
            bodies=self.bodies.within(deadline),
        )

    def recall(self, place: ResultEntry, now: float, journal: Journal) -> Found:
        """Look in this process. No call, or one for the stamps of what is fresh, where they are not known."""
        envelope = self.memory.get((place.key, SLOT))
        stored = None if envelope is None else self._open(place.key, envelope, now, journal)
        if stored is None or isinstance(stored.value, EnvelopeReference):
            return Found()
        names = place.stamp_names(stored.tags)
        stamps = self.stamps.read(names, now, journal) if stored.is_fresh(now) else self.stamps.read_known(names, now)
        return Found() if stamps is None else Found(_judged(stored, stamps, now), stored.generation, stamps)

    def find(self, place: ResultEntry, now: float, journal: Journal, *, consistent: bool = False) -> Found:
        """Look in the table: one call, one more for what is large, and for tags that are not the place's.

        Raises StoreError when the table does not answer.
        """
        since = self.memory.moment
        key, names = place.key, place.stamp_names()
        try:
            item = self.stamps.read_item(names, pk_of(key), SLOT, now, consistent=consistent)
        except StoreError as error:
            journal.store_failed("table", error)
            raise
        if item is None:
            return Found(stamps=self.stamps.known.get(names, now))
        envelope: bytes | None = item.envelope
        stored = self._open(key, item.envelope, now, journal)
        if stored is not None and isinstance(stored.value, EnvelopeReference):
            envelope = self.bodies.read(stored.value.digest, stored.value.size, journal)
            stored = None if envelope is None else self._open(key, envelope, now, journal)
        if stored is None or envelope is None or isinstance(stored.value, EnvelopeReference):
            return Found(generation=item.generation, stamps=self.stamps.known.get(names, now))
        stamps = self.stamps.read(place.stamp_names(stored.tags), now, journal)
        if stamps is None:
            return Found(generation=item.generation, stamps=self.stamps.known.get(names, now))
        judged = _judged(stored, stamps, now)
        if judged is not None:
            self.memory.put((key, SLOT), envelope, len(envelope) + _WEIGHT, since=since)
        return Found(judged, item.generation, stamps)

    def keep(
        self, place: ResultEntry, stored: StoredResult, found: Found, lease: Lease, *, now: float, journal: Journal
    ) -> bool:
        """Store a result, and give the lease back. False when nothing was stored.

        One call, two with a large one. A newer lease than `lease` means that the result came too late, and so does a
        purge since its computation began. `found` is what was found before that. Raises Unsupported, and then the lease
        is not given back.
        """
        outlived = outlived_stamps(stored, found.stamps)
        stored = replace(stored, tags=place.tags, generation=lease.token, outlived=outlived)
        key, known = place.key, self.stamps.known.get(place.stamp_names(), now)
        if not stored.is_usable(now) or is_purged(stored, known, now):
            self.leases.release(lease, journal)
            return False
        since = self.memory.moment
        evict_at = min(ceil(min(max(stored.fresh_until, stored.grace_until), LAST_SECOND)), LAST_SECOND)
        try:
            whole = inline = self._seal(key, stored, now, evict_at)
            if len(whole) > self.inline_limit:
                elsewhere = EnvelopeReference(self.bodies.write(whole), len(whole))
                inline = self._seal(key, replace(stored, value=elsewhere), now, evict_at)
        except Unsupported:  # a mistake of who computes; what the lease is for is over with it
            raise
        except CodecError as error:
            journal.envelope_refused(error)
            self.leases.release(lease, journal)
            return False
        except StoreError as error:
            journal.store_failed("bodies", error)
            self.leases.release(lease, journal)
            return False
        item = Item(envelope=inline, evict_at=evict_at, generation=lease.token, tags=stored.tags)
        committed = self.leases.commit(lease, SLOT, item, journal)
        if committed:
            self.memory.put((key, SLOT), whole, len(whole) + _WEIGHT, since=since)
        return committed

    def purge(self, key: str, *, at: float, now: float, soft: bool) -> None:
        """End what is stored under the key, and what computations begun up to `at` would store. One call.

        Raises StoreError when it cannot be told whether it was done; this process goes by it anyway.
        """
        try:
            self.stamps.write(result_stamp(key), at=at, now=now, soft=soft)
        finally:
            if not soft:
                self.memory.delete((key, SLOT))

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


def pk_of(key: str) -> str:
    """The partition of all that belongs to a key."""
    return f"c#{key}"


def _judged(stored: StoredResult, stamps: Mapping[str, Stamp], now: float) -> StoredResult | None:
    """What these stamps leave of it."""
    if is_purged(stored, stamps, now):
        return None
    return replace(stored, stale_from=stale_from(stored, stamps))
