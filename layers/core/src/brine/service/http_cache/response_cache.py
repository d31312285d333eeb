"""Stored responses in their places: process memory, the table, and the body store for what is large.

A key has a main slot, and a slot for each further variant (RFC 9111 section 4.1). The main slot is also the index: its
response's Vary names tell in which slot another variant lies, so most lookups are one read. A variant fetched before
the main slot was last filled from empty is dead: it belongs to what was invalidated.

What was purged or invalidated is as good as not there, and so is what may have been, its stamps being unreadable.

Nothing here fails a request: a store that does not answer, an envelope that does not open and a body that is not what
its envelope says are misses, and noted in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import BodyReference, StoredResponse
from brine.domain.purging.stamps import is_purged, key_stamp, outlived_stamps, stamp_names
from brine.errors import StoreError
from brine.ports.caching import Item
from brine.service.http_cache.found import MAIN, look, placed, weight
from brine.service.http_cache.selecting import Selecting
from brine.service.journal import Fault
from brine.service.stores.bodies import LARGEST_INLINE_BODY
from brine_codec import CodecError, Expired

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.caching.cache_key import Resource
    from brine.domain.http.messages import Request
    from brine.domain.purging.stamps import Stamp
    from brine.ports.caching import Lease, Memory
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.found import Entry, Found
    from brine.service.journal import Journal
    from brine.service.stores.bodies import Bodies
    from brine.service.stores.leases import Leases
    from brine.service.stores.stamps import Stamps
    from brine_codec import Codec, Keyring, KeyringSource

LAST_SECOND: Final = 2**32 - 1
"""The latest time that an envelope can hold, in 2106: what an origin would have kept longer is kept until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCache:
    """The stored responses of one gateway. `inline_limit`: the largest envelope, in bytes, that the table holds.

    `keyring`: the keys that `codec` seals with; they hash the values of selecting fields, too.
    """

    codec: Codec
    keyring: Keyring | KeyringSource
    stamps: Stamps
    leases: Leases
    bodies: Bodies
    memory: Memory[Entry]
    inline_limit: int

    def within(self, deadline: Deadline) -> ResponseCache:
        """This cache for calls that are over by then."""
        return replace(
            self,
            stamps=self.stamps.within(deadline),
            leases=self.leases.within(deadline),
            bodies=self.bodies.within(deadline),
        )

    def recall(self, resource: Resource, request: Request, now: float) -> Found:
        """Look in this process alone: no call to a store. What is found may have been purged: see `judge`."""
        since = self.memory.moment
        found = look(
            lambda slot: self.memory.get((resource.key, slot)), Selecting(self.keyring, resource, request, now)
        )
        return replace(found, moment=since)

    def find(
        self, resource: Resource, request: Request, now: float, journal: Journal, *, consistent: bool = False
    ) -> Found:
        """Look in the table: one read, two for a variant that is not in the main slot, one more for tags not known."""
        key, names = resource.key, stamp_names(resource)
        since = self.memory.moment
        seen: list[int] = []
        found = look(
            lambda slot: self._read(key, slot, names, now, journal, seen=seen, consistent=consistent),
            Selecting(self.keyring, resource, request, now),
        )
        found = replace(found, moment=since, seen=max(found.seen, *seen, 0))
        judged = self.judge(resource, found, now, journal)
        return found.without_stored() if judged is None else judged

    def judge(self, resource: Resource, found: Found, now: float, journal: Journal) -> Found | None:
        """What purges have left of what was found; None when that cannot be told. One call for stamps not known."""
        names = found.stamp_names(resource)
        known = self.stamps.known.get(names, now)
        by_known = found.judged(known, stamp_names(resource), now)
        if by_known.stored is None or len(known) == len(names):
            return by_known
        stamps = self.stamps.read(names, now, journal)
        return None if stamps is None else found.judged(stamps, stamp_names(resource), now)

    def judge_by_known(self, resource: Resource, found: Found, now: float) -> Found | None:
        """The same by what this process knows: None when it does not know enough. No I/O."""
        names = found.stamp_names(resource)
        stamps = self.stamps.read_known(names, now)
        return None if stamps is None else found.judged(stamps, stamp_names(resource), now)

    def load(self, key: str, found: Found, stored: StoredResponse, journal: Journal) -> StoredResponse | None:
        """The response, found thus, with its body at hand, or None when the body is lost or not what it should be."""
        reference = stored.body
        if not isinstance(reference, BodyReference):
            return stored
        body = self.bodies.read(reference.digest, reference.size, journal)
        if body is None:
            return None
        whole = replace(stored, body=body)
        self._remember(key, found.slot, whole, found.moment, otherwise=stored)
        return whole

    def keep(
        self,
        resource: Resource,
        stored: StoredResponse,
        found: Found,
        request: Request,
        lease: Lease,
        *,
        evict_at: int,
        now: float,
        journal: Journal,
    ) -> bool:
        """Store a response where the next lookup finds it, and give the lease back. False when nothing was stored.

        One call, two with a large body. A newer lease than `lease` means that the response came too late, and so does a
        purge since its fetch began. `found` is what was found before that.
        """
        stored = replace(stored, generation=lease.token, outlived=outlived_stamps(stored, found.stamps))
        key = resource.key
        if is_purged(stored, self.stamps.known.get(stamp_names(resource), now), now):
            self.leases.release(lease, journal)
            return False
        evict_at = min(evict_at, LAST_SECOND)
        try:
            slot, stored = placed(stored, found.main, Selecting(self.keyring, resource, request, now))
            lying, envelope = self._place(key, slot, stored, evict_at, now)
        except StoreError as error:
            journal.store_failed("bodies", error)
            self.leases.release(lease, journal)
            return False
        except CodecError as error:
            journal.envelope_refused(error)
            self.leases.release(lease, journal)
            return False
        item = Item(
            envelope=envelope,
            evict_at=evict_at,
            generation=stored.generation,
            route=stored.route,
            target=stored.target,
            tags=stored.tags,
        )
        since = self.memory.moment
        if not self.leases.commit(lease, slot, item, journal):
            return False
        self._remember(key, slot, stored, since, otherwise=lying)
        return True

    def mark(self, key: str, mark: HitForMiss, lease: Lease, *, now: float, journal: Journal) -> None:
        """Put the marker into the main slot, and give the lease back. One call."""
        mark = replace(mark, generation=lease.token)
        until = ceil(mark.until)
        try:
            envelope = self.codec.seal(mark, context=(key, MAIN), now=now, expires_at=until)
        except CodecError as error:
            journal.envelope_refused(error)
            self.leases.release(lease, journal)
            return
        since = self.memory.moment
        if self.leases.commit(lease, MAIN, Item(envelope=envelope, evict_at=until, generation=lease.token), journal):
            self._remember(key, MAIN, mark, since)

    def invalidate(self, key: str, *, at: float, now: float, journal: Journal) -> Stamp | None:
        """End all that is stored under the key, and all that fetches begun up to `at` would store. One call.

        The key's stamp as it was before; None when the table has not told. This process goes by it anyway.
        """
        try:
            return self.stamps.write(key_stamp(key), at=at, now=now)
        except StoreError as error:
            journal.store_failed("invalidation", error)
            return None
        finally:
            self.memory.delete((key, MAIN))

    def _read(
        self,
        key: str,
        slot: str,
        names: Collection[str],
        now: float,
        journal: Journal,
        *,
        seen: list[int],
        consistent: bool,
    ) -> Entry | None:
        """What is in a slot, and along with it the stamps of these names that are not known.

        `seen` gets the generation of what is there and of no use. It only matters to who may store.
        """
        since = self.memory.moment
        try:
            item = self.stamps.read_item(names, pk_of(key), slot, now, consistent=consistent)
        except StoreError as error:
            journal.store_failed("table", error)
            return None
        if item is None:
            return None
        try:
            entry = self.codec.open(item.envelope, context=(key, slot), now=now)
        except Expired:  # DynamoDB deletes late
            seen.append(item.generation)
            return None
        except CodecError as error:
            seen.append(item.generation)
            journal.envelope_refused(error)
            return None
        if not isinstance(entry, StoredResponse | HitForMiss):
            journal.note(Fault("envelope", "foreign"))
            return None
        self._remember(key, slot, entry, since)
        return entry

    def _place(
        self, key: str, slot: str, stored: StoredResponse, evict_at: int, now: float
    ) -> tuple[StoredResponse, bytes]:
        """Seal the response; if that or the body is too large for the table, put the body away and seal the rest."""
        context = (key, slot)
        body = stored.body
        if isinstance(body, BodyReference) or len(body) <= LARGEST_INLINE_BODY:
            envelope = self.codec.seal(stored, context=context, now=now, expires_at=evict_at)
            if isinstance(body, BodyReference) or len(envelope) <= self.inline_limit:
                return stored, envelope
        lying = replace(stored, body=BodyReference(self.bodies.write(body), len(body)))
        return lying, self.codec.seal(lying, context=context, now=now, expires_at=evict_at)

    def _remember(
        self, key: str, slot: str, entry: Entry, since: int, *, otherwise: StoredResponse | None = None
    ) -> None:
        """Keep it in memory, unless something was dropped since; where it is too large with its body, without."""
        if not self.memory.put((key, slot), entry, weight(entry), since=since) and otherwise is not None:
            self.memory.put((key, slot), otherwise, weight(otherwise), since=since)


def pk_of(key: str) -> str:
    """The partition of all that belongs to a cache key."""
    return f"r#{key}"
