"""Stored results in their places: process memory, the table, and the body store for large results.

Every place keeps the envelope, process memory included, so that every caller gets an object of its own
(docs/decisions/0004). If a result's envelope is too large for the table, it goes to the body store, and the table gets
an envelope that points to it. A purged result counts as missing; so does one whose stamps cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.purging.stamps import applied_stamps, is_purged, result_stamp, stale_from
from brine.domain.results.stored import EnvelopeReference
from brine.domain.routing.tenant import NO_TENANT, tenant_digest
from brine.ports.caching import Item
from brine.service.diagnostics import Fault
from brine.service.results.parallel import in_parallel
from brine.service.results.sealing import PLACE_OF_VALUE, pack, unpack
from brine.service.stores.cache_store import LAST_SECOND
from brine_codec import CodecError, Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brine.domain.purging.stamps import Stamp
    from brine.domain.results.key import ResultEntry
    from brine.domain.results.stored import StoredResult
    from brine.service.flights.turns import Lead
    from brine.service.stores.cache_store import CacheStore, Sized
    from brine.service.transaction import Trace

SLOT: Final = "result"
type Opened = tuple[StoredResult, bytes]
"""A result and its whole envelope."""

_WEIGHT: Final = 300
"""Bytes that an entry of process memory takes besides its envelope."""


@dataclass(frozen=True, slots=True)
class ResultLookup:
    """The stored result, if it can be used; the fencing token of the last fill seen; the stamps that it went by."""

    stored: StoredResult | None = None
    generation: int = 0
    stamps: Mapping[str, Stamp] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultStore:
    """The stored results of one cache. Keys are those of `result_key`."""

    store: CacheStore[bytes]

    def recall(self, place: ResultEntry, trace: Trace, *, may_call: bool = True) -> ResultLookup:
        """Look in this process. No call; one for the stamps of a fresh result, if they are not known and `may_call`."""
        envelope = self.store.memory.get((place.key, SLOT))
        stored = None if envelope is None else self._open(place.key, envelope, trace)
        if stored is None or isinstance(stored.value, EnvelopeReference):
            return ResultLookup()
        names, stamps = place.stamp_names(stored.tags), self.store.stamps
        is_worth_a_call = may_call and stored.is_fresh(trace.now)
        known = stamps.read(names, trace) if is_worth_a_call else stamps.read_known(names, trace.now)
        if known is None:
            return ResultLookup()
        return ResultLookup(_after_purges(stored, known, trace.now), stored.generation, known)

    def find(self, place: ResultEntry, trace: Trace, *, consistent: bool = False) -> ResultLookup:
        """Look in the table: one call, one more for a large result, one for tags that are not the place's.

        Raises StoreError when the table fails.
        """
        key, names = place.key, place.stamp_names()
        item = self.store.read(key, SLOT, names, trace=trace, consistent=consistent)
        opened = None if item is None else self._whole(key, item, self._open(key, item.envelope, trace), trace)
        return self._found(place, item, opened, trace)

    def find_many(self, places: Sequence[ResultEntry], trace: Trace) -> list[ResultLookup]:
        """Look up many results in the table, with one call for every hundred keys and stamps.

        One more call for each large result, several at a time, and one for all tags that are not the places' own.
        Raises StoreError when the table fails.
        """
        names = dict.fromkeys(name for place in places for name in place.stamp_names())
        items = self.store.read_many([place.key for place in places], SLOT, names, trace=trace)

        opened = {key: self._open(key, item.envelope, trace) for key, item in items.items()}
        large = [key for key, stored in opened.items() if stored and isinstance(stored.value, EnvelopeReference)]
        small = [key for key in items if key not in large]

        def whole_of(key: str) -> Opened | None:
            return self._whole(key, items[key], opened[key], trace)

        whole = dict(zip((*small, *large), (*map(whole_of, small), *in_parallel(whole_of, large)), strict=True))
        tags = {name for place in places if (it := whole.get(place.key)) for name in place.stamp_names(it[0].tags)}
        if self.store.stamps.read(tags, trace) is None:
            return [ResultLookup() for _ in places]
        return [self._found(place, items.get(place.key), whole.get(place.key), trace) for place in places]

    def _whole(self, key: str, item: Item, stored: StoredResult | None, trace: Trace) -> Opened | None:
        """Return an opened result and its envelope, from the body store if it is there."""
        envelope: bytes | None = item.envelope
        if stored is not None and isinstance(stored.value, EnvelopeReference):
            envelope = self.store.bodies.read(stored.value.digest, stored.value.size, trace)
            stored = None if envelope is None else self._open(key, envelope, trace)
        if stored is None or envelope is None or isinstance(stored.value, EnvelopeReference):
            return None
        return stored, envelope

    def _found(self, place: ResultEntry, item: Item | None, opened: Opened | None, trace: Trace) -> ResultLookup:
        known = self.store.stamps.known.get(place.stamp_names(), trace.now)
        if item is None:
            return ResultLookup(stamps=known)
        unusable = ResultLookup(generation=item.generation, stamps=known)
        if opened is None:
            return unusable
        stored, envelope = opened
        stamps = self.store.stamps.read(place.stamp_names(stored.tags), trace)
        if stamps is None:
            return unusable
        after = _after_purges(stored, stamps, trace.now)
        if after is not None:
            self.store.remember(place.key, SLOT, _sized(envelope))
        return ResultLookup(after, item.generation, stamps)

    def keep(
        self,
        place: ResultEntry,
        stored: StoredResult,
        lookup: ResultLookup,
        lead: Lead,
        *,
        trace: Trace,
    ) -> bool:
        """Store a result. One call, two for a large one. False when nothing was stored.

        Nothing is stored if a newer lease exists or the result was purged since its computation began. `lookup` is
        the one before the computation. A result that cannot be sealed is a fault, with the path of the value.
        """
        lease = lead.lease
        if lease is None:
            lead.ending = "settled"
            return False
        applied = applied_stamps(stored, lookup.stamps)
        computed = replace(
            stored,
            tags=place.tags,
            generation=lease.token,
            applied_stamps=applied,
            cache=place.cache,
            function=place.function,
            tenant_digest="" if place.tenant == NO_TENANT else tenant_digest(place.tenant),
        )
        if not computed.is_usable(trace.now):
            lead.ending = "settled"
            return False
        if self.store.is_purged(
            computed, place.stamp_names(), trace
        ):  # `lead` ends as abandoned: one caller takes over
            return False
        try:
            return self.store.commit(
                place.key,
                SLOT,
                lead,
                lambda: self._seal(place.key, computed, trace),
                trace=trace,
            )
        except Unsupported as error:
            trace.faults.add(Fault("result", "unsupported", error.for_log))
            lead.ending = "settled"
            return False

    def purge(self, key: str, trace: Trace, *, at: float, soft: bool) -> None:
        """Purge the stored result of a key, and the results of computations begun up to `at`. One call.

        Raises StoreError when the table did not confirm it; this process goes by it anyway.
        """
        self.store.purge(key, SLOT, result_stamp(key), trace, at=at, soft=soft)

    def _seal(self, key: str, stored: StoredResult, trace: Trace) -> tuple[Item, Sequence[Sized[bytes]]]:
        """Seal the result. If it is too large for the table, put it into the body store and seal a pointer to it."""
        evict_at = min(ceil(min(max(stored.fresh_until, stored.grace_until), LAST_SECOND)), LAST_SECOND)

        def sealed(content: StoredResult) -> bytes:
            try:
                return self.store.codec.seal(pack(content), context=(key,), now=trace.now, expires_at=evict_at)
            except Unsupported as error:
                raise error.below(PLACE_OF_VALUE, "result") from None

        whole = inline = sealed(stored)
        if len(whole) > self.store.inline_limit:
            pointer = EnvelopeReference(self.store.bodies.write(whole, trace), len(whole))
            inline = sealed(replace(stored, value=pointer))
        item = Item(envelope=inline, evict_at=evict_at, generation=stored.generation, tags=stored.tags)
        return item, [_sized(whole)]

    def _open(self, key: str, envelope: bytes, trace: Trace) -> StoredResult | None:
        content = self.store.open(envelope, (key,), trace)
        if content is None:
            return None
        try:
            return unpack(content)
        except CodecError as error:
            trace.faults.envelope_failed(error)
            return None


def _sized(envelope: bytes) -> Sized[bytes]:
    return envelope, len(envelope) + _WEIGHT


def _after_purges(stored: StoredResult, stamps: Mapping[str, Stamp], now: float) -> StoredResult | None:
    """Return the result after these purges, or None."""
    if is_purged(stored, stamps, now):
        return None
    stale = stale_from(stored, stamps)
    return stored if stale == stored.stale_from else replace(stored, stale_from=stale)
