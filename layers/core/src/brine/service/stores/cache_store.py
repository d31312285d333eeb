"""The work with stores that both caches share: read and open, seal and commit, check stamps, keep in process memory.

Responses and results differ only in the sealed content, and in how a large one is split. A store that
fails and an envelope that does not open are faults and count as a miss: they never fail a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.purging.stamps import is_purged
from brine.errors import StoreError
from brine_codec import CodecError, Expired, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from brine.domain.purging.stamps import Stamp, Stored
    from brine.ports.caching import Item, Memory
    from brine.service.flights.turns import Lead
    from brine.service.stores.bodies import Bodies
    from brine.service.stores.leases import Leases
    from brine.service.stores.stamps import Stamps
    from brine.service.transaction import Trace
    from brine_codec import Codec

LAST_SECOND: Final = 2**32 - 1
"""The latest time that an envelope can hold, in 2106: no content is kept longer."""

type Sized[V] = tuple[V, int]
"""A value for process memory, and the bytes that it is worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStore[V]:
    """One cache's part of the table, the body store and process memory, which remembers values of the type `V`.

    `partition` begins the partition key of everything in the table. `inline_limit`: bytes of the largest envelope that
    the table holds.
    """

    partition: str
    codec: Codec
    stamps: Stamps
    leases: Leases
    bodies: Bodies
    memory: Memory[V]
    inline_limit: int

    def pk(self, key: str) -> str:
        """Return the partition key of everything that belongs to a cache key."""
        return f"{self.partition}#{key}"

    def read(
        self,
        key: str,
        slot: str,
        names: Collection[str],
        *,
        trace: Trace,
        consistent: bool = False,
        along: tuple[str, ...] = (),
    ) -> Item | None:
        """Return the item in a slot, and learn in the same call the stamps of these names. Raises StoreError.

        along: stamps to read again in the same call, as in Stamps.read_with_item.
        """
        try:
            return self.stamps.read_with_item(
                names, self.pk(key), slot, trace=trace, consistent=consistent, along=along
            )
        except StoreError as error:
            trace.faults.store_failed("table", error)
            raise

    def read_slots(
        self, key: str, slots: Collection[str], names: Collection[str], *, trace: Trace, consistent: bool = False
    ) -> dict[str, Item]:
        """Return the items in these slots of a key, and learn in the same call these stamps. Raises StoreError."""
        pk = self.pk(key)
        try:
            items = self.stamps.read_with_items(
                names, [(pk, slot) for slot in slots], trace=trace, consistent=consistent
            )
        except StoreError as error:
            trace.faults.store_failed("table", error)
            raise
        return {slot: item for (_, slot), item in items.items()}

    def read_many(self, keys: Collection[str], slot: str, names: Collection[str], *, trace: Trace) -> dict[str, Item]:
        """Return the items of these keys by key, and learn in the same calls these stamps. Raises StoreError."""
        places = {(self.pk(key), slot): key for key in keys}
        try:
            items = self.stamps.read_with_items(names, places, trace=trace)
        except StoreError as error:
            trace.faults.store_failed("table", error)
            raise
        return {places[place]: item for place, item in items.items()}

    def open(self, envelope: bytes, context: tuple[str, ...], trace: Trace) -> object | None:
        """Return the sealed content, or None when the envelope has expired or does not open."""
        try:
            content: object = self.codec.open(envelope, context=context, now=trace.now)
        except Expired:  # DynamoDB deletes late
            return None
        except CodecError as error:
            trace.faults.envelope_failed(error)
            return None
        return content

    def commit(
        self,
        key: str,
        slot: str,
        lead: Lead,
        seal: Callable[[], tuple[Item, Sequence[Sized[V]]]],
        *,
        trace: Trace,
    ) -> bool:
        """Store under the caller's lease and give it back. False, and the lease is kept, when sealing fails.

        False, too, when a newer lease exists or the table fails. In the latter case the values stay in process memory,
        so that the callers that wait in this process have them. `seal` makes the item, and the values for process
        memory in order of preference. Raises Unsupported for an object that the codec cannot seal.
        """
        lease = lead.lease
        if lease is None:
            return False
        try:
            item, values = seal()
        except Unsupported:  # a mistake of the caller, who must hear of it; the other failures are faults
            raise
        except CodecError as error:
            trace.faults.envelope_failed(error)
            lead.ending = "settled"
            return False
        except StoreError as error:
            trace.faults.store_failed("bodies", error)
            lead.ending = "settled"
            return False
        lead.stop_renewing(trace.faults)  # a renewal would be in the transaction's way
        is_committed = self.leases.commit(lease, slot, item, trace)
        lead.lease = None  # only now: if the commit raises, the lease must be given back
        if is_committed is False:
            return False
        lead.ending = "settled"
        self.remember(key, slot, *values)
        return is_committed is True

    def remember(self, key: str, slot: str, *values: Sized[V]) -> None:
        """Keep the first of these values that is not too large for process memory."""
        for value, size in values:
            if self.memory.put((key, slot), value, size):
                return

    def is_purged(self, stored: Stored, names: Collection[str], trace: Trace) -> bool:
        """Return whether the content that is about to be stored was purged. One call for stamps that are not known.

        False if the table fails, or has failed: the next lookup compares the stamps.
        """
        if trace.faults.has("table", "stamps"):
            return False
        stamps = self.stamps.read(names, trace)
        return stamps is not None and is_purged(stored, stamps, trace.now)

    def purge(self, key: str, slot: str, name: str, trace: Trace, *, at: float, soft: bool = False) -> Stamp:
        """Stamp one key and return its stamp as it was before. One call, rarely two.

        Raises StoreError when the table did not confirm it; this process relies on it anyway.
        """
        try:
            return self.stamps.write(name, trace, at=at, soft=soft)
        finally:
            if not soft:
                self.memory.delete((key, slot))
