"""Stored responses in their places: process memory, the table, and the body store for large bodies.

A key has a main slot, and a slot for each further variant (RFC 9111 section 4.1). The main slot is also the index: the
Vary names of its response tell in which slot another variant is, so most lookups are one read. Each slot has its own
lease, so variants are fetched and stored side by side.

A purged or invalidated response counts as missing. So does a response if its stamps cannot be read: it may have been
purged.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import StoredResponse
from brine.domain.purging.dependencies import all_stamp_names, is_response_purged
from brine.domain.purging.stamps import TAG_PURGES, applied_stamps, key_stamp, stamp_names
from brine.domain.routing.tenant import NO_TENANT, tenant_digest
from brine.errors import StoreError
from brine.ports.caching import Item, lease_key
from brine.service.compression.compressor import BodyCompressor
from brine.service.diagnostics import Fault
from brine.service.http_cache.lookup import MAIN, Lookup, read_slots, slot_for, weight
from brine.service.http_cache.selecting import Selecting
from brine.service.stores.bodies import LARGEST_INLINE_BODY
from brine.service.stores.cache_store import LAST_SECOND
from brine_codec import CodecError
from brine_codec.envelope.compression import SMALLEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine.domain.caching.cache_key import Resource
    from brine.domain.purging.stamps import Stamp
    from brine.service.flights.turns import Lead
    from brine.service.functions.predicted_stamps import PredictedStamps
    from brine.service.http_cache.lookup import Entry
    from brine.service.http_cache.variant_limit import VariantLimit
    from brine.service.stores.cache_store import CacheStore, Sized
    from brine.service.transaction import Trace, Transaction
    from brine_codec import Keyring, KeyringSource


@dataclass(frozen=True, slots=True)
class ResponseStore:
    """The stored responses of a gateway. `keyring` has the keys that hash the values of selecting fields.

    `variants` limits the variants of a key. `predicted`: the stamps that stored responses of functions probably need.
    `compressor`: makes a frame of each body
    that may be compressed, so that answers need not compress it again.
    """

    store: CacheStore[Entry]
    keyring: Keyring | KeyringSource
    variants: VariantLimit
    predicted: PredictedStamps | None = None
    compressor: BodyCompressor = field(default_factory=BodyCompressor)

    def recall(self, transaction: Transaction, trace: Trace) -> Lookup:
        """Look in this process alone. A response found may have been purged: see `after_purges`. No call."""
        key, memory = transaction.resource.key, self.store.memory
        return read_slots(
            lambda slot: memory.get((key, slot)),
            {},
            Selecting(self.keyring, transaction.resource, transaction.request, trace.now),
        )

    def not_searched(self, transaction: Transaction, trace: Trace) -> Lookup:
        """Return the lookup for a request that the cache may not answer. It has only the key's known stamp. No call."""
        return Lookup(stamps=self.store.stamps.known.get([key_stamp(transaction.resource.key)], trace.now))

    def find(self, transaction: Transaction, trace: Trace, *, slot: str = MAIN, consistent: bool = False) -> Lookup:
        """Look in the table: one call, and one more for unknown tags.

        slot: the slot that the request selects, if this process knows it: it is read in the same call as the main slot.
        A variant in an unknown slot takes a second call.
        """
        seen: dict[str, int] = {}
        early = {} if slot == MAIN else self._read_early((MAIN, slot), transaction, trace, seen, consistent)
        lookup = read_slots(
            lambda slot: early[slot] if slot in early else self._read(slot, transaction, trace, seen, consistent),
            seen,
            Selecting(self.keyring, transaction.resource, transaction.request, trace.now),
        )
        lookup = replace(lookup, tag_purges=self.store.stamps.known.last(TAG_PURGES))
        return self.after_purges(lookup, transaction, trace)

    def lease_key(self, slot: str, transaction: Transaction) -> str:
        """Return the key of the lease that a fetch for this slot needs. That of the main slot is the cache key's own.

        It guards the only slot that a fetch may fill while Vary is not known.
        """
        pk = self.store.pk(transaction.resource.key)
        return pk if slot == MAIN else lease_key(pk, slot)

    def after_purges(self, lookup: Lookup, transaction: Transaction, trace: Trace) -> Lookup:
        """Return the lookup after all purges. If stamps cannot be read, it is empty. One call for unknown stamps."""
        resource, stamps = transaction.resource, self.store.stamps
        names = lookup.stamp_names(resource)
        known = stamps.known.get(names, trace.now)
        after_known = lookup.purged_by(known, resource, trace.now)
        if after_known.stored is None or len(known) == len(names):
            return after_known
        read = stamps.read(names, trace)
        return lookup.without_stored() if read is None else lookup.purged_by(read, resource, trace.now)

    def after_known_purges(self, lookup: Lookup, transaction: Transaction, trace: Trace) -> Lookup | None:
        """Return the lookup after the purges that this process knows; None if it does not know all stamps. No call."""
        names = lookup.stamp_names(transaction.resource)
        stamps = self.store.stamps.read_known(names, trace.now)
        return None if stamps is None else lookup.purged_by(stamps, transaction.resource, trace.now)

    def load(
        self, lookup: Lookup, stored: StoredResponse, transaction: Transaction, trace: Trace
    ) -> StoredResponse | None:
        """Return the response with its body, or None when the body is missing or altered. One call, or none.

        Of a body in parts, only the parts that the answer needs are loaded: one call for each.
        """
        reference = stored.body
        if isinstance(reference, PartialBody):
            return self._load_parts(lookup, stored, reference, transaction, trace)
        if not isinstance(reference, BodyReference):
            return stored
        body = self.store.bodies.read(reference.digest, reference.size, trace)
        if body is None:
            return None
        found = lookup.stored
        if found is not None and found.body == reference:  # `stored` may be an update that is never stored
            self.store.remember(transaction.resource.key, lookup.slot, *_sized(replace(found, body=body), found))
        return replace(stored, body=body)

    def _load_parts(
        self, lookup: Lookup, stored: StoredResponse, body: PartialBody, transaction: Transaction, trace: Trace
    ) -> StoredResponse | None:
        from brine.service.http_cache.part_bodies import loaded_parts  # noqa: PLC0415 - only parts need it

        loaded, found = loaded_parts(self.store.bodies, stored, body, transaction, trace), lookup.stored
        if loaded is None:
            return None
        if loaded is not body and found is not None and found.body == body:
            forms = loaded, body.unloaded()
            self.store.remember(
                transaction.resource.key, lookup.slot, *_sized(*(replace(found, body=form) for form in forms))
            )
        return replace(stored, body=loaded)

    def place(
        self, stored: StoredResponse, lookup: Lookup, transaction: Transaction, trace: Trace
    ) -> tuple[str, StoredResponse] | None:
        """Return the slot for a response, and the response with its selection; None when a key is missing.

        `lookup` is the one from before the fetch.
        """
        selecting = Selecting(self.keyring, transaction.resource, transaction.request, trace.now)
        try:
            return slot_for(stored, lookup.main, selecting)
        except CodecError as error:
            trace.faults.envelope_failed(error)
            return None

    def keep(
        self,
        stored: StoredResponse,
        slot: str,
        lookup: Lookup,
        lead: Lead,
        *,
        evict_at: int,
        transaction: Transaction,
        trace: Trace,
    ) -> bool:
        """Store a response in its slot, under the lease of that slot. False if the response was not stored.

        One call, one more for a large body or part, one for a variant, and one for stamps that this process does not
        know: those of tags, and all after a long fetch. It is not stored if a newer lease exists, the response was
        purged since its fetch began, or the key has no permit for one more variant. If the table does not give the
        stamps, the next lookup compares them. `lookup` is the one from before the fetch.
        """
        resource, lease = transaction.resource, lead.lease
        if lease is None:
            lead.ending = "settled"
            return False
        applied = applied_stamps(stored, lookup.stamps, lookup.tag_purges)
        placed = replace(
            stored,
            generation=lease.token,
            applied_stamps=applied,
            tenant_digest="" if resource.tenant == NO_TENANT else tenant_digest(resource.tenant),
            target_key=resource.target_key,
        )
        if self._is_purged_meanwhile(placed, resource, trace):
            return False
        until = min(evict_at, LAST_SECOND)
        if slot != MAIN and not self.variants.admits(
            self.store.pk(resource.key), slot, count=resource.max_variants - 1, evict_at=until, trace=trace
        ):
            lead.ending = "settled"
            return False
        if self.predicted is not None:
            self.predicted.learn(placed, transaction)
        return self.store.commit(
            resource.key,
            slot,
            lead,
            lambda: self._seal(placed, slot, until, transaction, trace),
            trace=trace,
        )

    def _is_purged_meanwhile(self, fetched: StoredResponse, resource: Resource, trace: Trace) -> bool:
        """Return whether a purge since the fetch began covers the response. One call for stamps that are not known."""
        if trace.faults.has("table", "stamps"):
            return False
        stamps = self.store.stamps.read(all_stamp_names(resource, fetched), trace)
        if stamps is None or not is_response_purged(fetched, resource, stamps, trace.now):
            return False
        self.store.stamps.read_again((TAG_PURGES,), trace)  # for the next fetch, which is newer than this purge
        return True

    def mark(self, marker: HitForMiss, lead: Lead, transaction: Transaction, trace: Trace) -> None:
        """Put a hit-for-miss marker into the main slot, if the caller has the lease of that slot. One call."""
        key, lease = transaction.resource.key, lead.lease
        if lease is None or lease.pk != self.lease_key(MAIN, transaction):
            return
        marker = replace(marker, generation=lease.token)

        def seal() -> tuple[Item, Sequence[Sized[Entry]]]:
            until = ceil(marker.until)
            envelope = self.store.codec.seal(marker, context=(key, MAIN), now=trace.now, expires_at=until)
            return Item(envelope=envelope, evict_at=until, generation=marker.generation), _sized(marker)

        self.store.commit(key, MAIN, lead, seal, trace=trace)

    def invalidate(self, key: str, trace: Trace, *, at: float) -> Stamp | None:
        """Purge everything stored under a key, and everything that fetches begun up to `at` would store. One call.

        Returns the key's stamp as it was before; None when the table did not confirm. This process goes by it anyway.
        """
        try:
            return self.store.purge(key, MAIN, key_stamp(key), trace, at=at)
        except StoreError as error:
            trace.faults.store_failed("invalidation", error)
            return None

    def _read(
        self, slot: str, transaction: Transaction, trace: Trace, seen: dict[str, int], consistent: bool
    ) -> Entry | None:
        """Return the content of a slot, and learn the stamps that count for the key."""
        names = self._names(transaction)
        try:
            item = self.store.read(
                transaction.resource.key, slot, names, trace=trace, consistent=consistent, along=(TAG_PURGES,)
            )
        except StoreError:
            return None
        return self._open(item, slot, transaction, trace, seen)

    def _read_early(
        self, slots: Sequence[str], transaction: Transaction, trace: Trace, seen: dict[str, int], consistent: bool
    ) -> dict[str, Entry | None]:
        """Return the content of several slots, and learn the stamps that count for the key. One call."""
        names = *self._names(transaction), TAG_PURGES
        try:
            items = self.store.read_slots(transaction.resource.key, slots, names, trace=trace, consistent=consistent)
        except StoreError:
            return dict.fromkeys(slots)
        return {slot: self._open(items.get(slot), slot, transaction, trace, seen) for slot in slots}

    def _open(
        self, item: Item | None, slot: str, transaction: Transaction, trace: Trace, seen: dict[str, int]
    ) -> Entry | None:
        """Return the entry in the item of a slot, and keep it in memory; None if it is not usable."""
        resource = transaction.resource
        if item is None or not item.envelope:  # empty: another variant has replaced this one
            return None
        entry = self.store.open(item.envelope, (resource.key, slot), trace)
        if isinstance(entry, StoredResponse | HitForMiss):
            self.store.remember(resource.key, slot, *_sized(entry))
            if self.predicted is not None and isinstance(entry, StoredResponse):
                self.predicted.learn(entry, transaction)
            return entry
        seen[slot] = item.generation
        if entry is not None:
            trace.faults.add(Fault("envelope", "foreign"))
        return None

    def _names(self, transaction: Transaction) -> tuple[str, ...]:
        """Return the names of the stamps to read with a stored response that is not known yet."""
        names = stamp_names(transaction.resource)
        return names if self.predicted is None else tuple(dict.fromkeys((*names, *self.predicted.names(transaction))))

    def _seal(
        self, stored: StoredResponse, slot: str, evict_at: int, transaction: Transaction, trace: Trace
    ) -> tuple[Item, Sequence[Sized[Entry]]]:
        """Seal the response. If it is too large for the table, put its body into the body store and seal the rest."""
        store, kept = self.store, stored
        if isinstance(stored.body, PartialBody):
            from brine.service.http_cache.part_bodies import placed  # noqa: PLC0415 - only parts need it

            stored, kept = placed(store.bodies, stored, store.inline_limit, transaction, trace)
        body = stored.body

        def sealed(content: StoredResponse) -> bytes:
            context = transaction.resource.key, slot
            return store.codec.seal(content, context=context, now=trace.now, expires_at=evict_at)

        is_large = isinstance(body, bytes) and len(body) > LARGEST_INLINE_BODY
        compression = transaction.route.compress
        if compression is not None and isinstance(body, bytes) and SMALLEST <= len(body) <= LARGEST_INLINE_BODY:
            stored = kept = self.compressor.with_frame(stored, compression)
        envelope = b"" if is_large else sealed(kept)
        if isinstance(body, bytes) and (is_large or len(envelope) > store.inline_limit):
            digest = store.bodies.write(body, trace)
            kept = replace(stored, body=BodyReference(digest, len(body)))
            envelope = sealed(kept)
        item = Item(
            envelope=envelope,
            evict_at=evict_at,
            generation=stored.generation,
            route=stored.route,
            target=stored.target,
            tags=stored.tags,
        )
        return item, _sized(stored, kept)


def _sized(*entries: Entry) -> list[Sized[Entry]]:
    """Return entries for process memory, each with its weight."""
    return [(entry, weight(entry)) for entry in entries]
