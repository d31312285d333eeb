"""Stored responses in their places: process memory, the table, and the body store for what is large.

A key has a main slot, and a slot for each further variant (RFC 9111 section 4.1). The main slot is also the index: its
response's Vary names tell in which slot another variant lies, so most lookups are one read. A variant fetched before
the main slot was last filled from empty is dead: it belongs to what was invalidated.

Nothing here fails a request: a store that does not answer, an envelope that does not open and a body that is not what
its envelope says are misses, and noted in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING

from brine.domain.hit_for_miss import HitForMiss
from brine.domain.stored import BodyReference, StoredResponse
from brine.domain.vary import selects, vary_key
from brine.errors import StoreError
from brine.ports import Item
from brine.service.journal import Fault
from brine_codec import CodecError, Expired

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.messages import Request
    from brine.ports import BodyStore, Deadline, Held, ItemStore, Lease, LeaseStore, Memory
    from brine.service.journal import Journal
    from brine_codec import Codec

MAIN = "main"
LAST_SECOND = 2**32 - 1
"""The latest time that an envelope can hold, in 2106: what an origin would have kept longer is kept until then."""

type Entry = StoredResponse | HitForMiss
"""What a slot may hold."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a lookup gave: the response that fits the request, if any, and its slot; what is in the main slot.

    `seen` is the generation of what was found and turned out to be of no use.
    """

    stored: StoredResponse | None = None
    main: StoredResponse | None = None
    slot: str = MAIN
    mark: HitForMiss | None = None
    seen: int = 0

    @property
    def uncollapsed(self) -> bool:
        """Whether requests for the key do not wait for each other: their responses cannot be shared."""
        return self.mark is not None

    @property
    def generation(self) -> int:
        """The token of the newest fill that was seen; 0 when nothing was."""
        entries = (self.stored, self.main, self.mark)
        return max((entry.generation for entry in entries if entry is not None), default=self.seen)

    @property
    def vary_mismatch(self) -> bool:
        """Whether something is stored under the key, but for other selecting fields."""
        return self.stored is None and self.main is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCache:
    """The stored responses of one gateway. `inline_limit`: the largest envelope, in bytes, that the table holds."""

    codec: Codec
    items: ItemStore
    bodies: BodyStore
    leases: LeaseStore
    memory: Memory[Entry]
    inline_limit: int

    def recall(self, key: str, request: Request, now: float) -> Found:
        """Look in this process alone: no I/O."""
        return _look(lambda slot: self.memory.get((key, slot)), request, now)

    def find(self, key: str, request: Request, now: float, journal: Journal, *, consistent: bool = False) -> Found:
        """Look in the table: one read, two for a variant that is not in the main slot."""
        return _look(lambda slot: self._read(key, slot, now, journal, consistent=consistent), request, now)

    def load(self, key: str, slot: str, stored: StoredResponse, journal: Journal) -> StoredResponse | None:
        """The stored response with its body at hand, or None when the body is lost or not what it should be."""
        reference = stored.body
        if not isinstance(reference, BodyReference):
            return stored
        try:
            body = self.bodies.read(reference.digest, reference.size)
        except StoreError as error:
            journal.store_failed("bodies", error)
            return None
        if body is None:
            journal.body_lost("missing")
            return None
        if len(body) != reference.size or sha256(body).digest() != reference.digest:
            journal.body_lost("altered")
            return None
        whole = replace(stored, body=body)
        self._remember(key, slot, whole, otherwise=stored)
        return whole

    def within(self, deadline: Deadline) -> ResponseCache:
        """This cache for calls that are over by then."""
        return replace(
            self,
            items=self.items.within(deadline),
            leases=self.leases.within(deadline),
            bodies=self.bodies.within(deadline),
        )

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

    def keep(
        self,
        key: str,
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

        One call, two with a large body. A newer lease than `lease` means that the response came too late.
        """
        stored = replace(stored, generation=lease.token)
        evict_at = min(evict_at, LAST_SECOND)
        main = found.main
        if main is not None and _names(main) == _names(stored):
            slot = MAIN if selects(main, request) else _variant_slot(main, request)
            stored = replace(stored, variants_since=main.variants_since)
        else:
            slot = MAIN
            stored = replace(stored, variants_since=stored.fetch_started)
        try:
            placed, envelope = self._place(key, slot, stored, evict_at, now)
        except StoreError as error:
            journal.store_failed("bodies", error)
            self.release(lease, journal)
            return False
        except CodecError as error:
            journal.envelope_refused(error)
            self.release(lease, journal)
            return False
        item = Item(
            envelope=envelope,
            evict_at=evict_at,
            generation=stored.generation,
            route=stored.route,
            target=stored.target,
            tags=stored.tags,
        )
        if not self._commit(lease, slot, item, journal):
            return False
        self._remember(key, slot, stored, otherwise=placed)
        return True

    def mark(self, key: str, mark: HitForMiss, lease: Lease, *, now: float, journal: Journal) -> None:
        """Put the marker into the main slot, and give the lease back. One call."""
        mark = replace(mark, generation=lease.token)
        until = ceil(mark.until)
        try:
            envelope = self.codec.seal(mark, context=(key, MAIN), now=now, expires_at=until)
        except CodecError as error:
            journal.envelope_refused(error)
            self.release(lease, journal)
            return
        if self._commit(lease, MAIN, Item(envelope=envelope, evict_at=until, generation=lease.token), journal):
            self._remember(key, MAIN, mark)

    def drop(self, key: str, journal: Journal, *, but_for: Lease | None = None) -> None:
        """Forget all that is stored under the key, and all that fetches under way would store. Two calls.

        Variants die with the main slot. `but_for` is the caller's own lease, which stays good; then it is one call.
        """
        self.memory.delete((key, MAIN))
        try:
            if but_for is None:
                self.leases.revoke(pk_of(key))
            self.items.delete(pk_of(key), MAIN)
        except StoreError as error:
            journal.store_failed("invalidation", error)

    def _commit(self, lease: Lease, slot: str, item: Item, journal: Journal) -> bool:
        try:
            return self.leases.commit(lease, slot, item)
        except StoreError as error:
            journal.store_failed("table", error)
            return False

    def _read(self, key: str, slot: str, now: float, journal: Journal, *, consistent: bool) -> Entry | None:
        try:
            item = self.items.read(pk_of(key), slot, consistent=consistent)
        except StoreError as error:
            journal.store_failed("table", error)
            return None
        if item is None:
            return None
        try:
            entry = self.codec.open(item.envelope, context=(key, slot), now=now)
        except Expired:  # DynamoDB deletes late
            return None
        except CodecError as error:
            journal.envelope_refused(error)
            return None
        if not isinstance(entry, StoredResponse | HitForMiss):
            journal.note(Fault("envelope", "foreign"))
            return None
        self._remember(key, slot, entry)
        return entry

    def _place(
        self, key: str, slot: str, stored: StoredResponse, evict_at: int, now: float
    ) -> tuple[StoredResponse, bytes]:
        """Seal the response; if its envelope is too large for the table, put the body away and seal the rest."""
        context = (key, slot)
        envelope = self.codec.seal(stored, context=context, now=now, expires_at=evict_at)
        body = stored.body
        if len(envelope) <= self.inline_limit or isinstance(body, BodyReference):
            return stored, envelope
        reference = BodyReference(sha256(body).digest(), len(body))
        self.bodies.write(reference.digest, body)
        placed = replace(stored, body=reference)
        return placed, self.codec.seal(placed, context=context, now=now, expires_at=evict_at)

    def _remember(self, key: str, slot: str, entry: Entry, *, otherwise: StoredResponse | None = None) -> None:
        """Keep it in memory; where it is too large with its body, the form without."""
        if not self.memory.put((key, slot), entry, _size(entry)) and otherwise is not None:
            self.memory.put((key, slot), otherwise, _size(otherwise))


def pk_of(key: str) -> str:
    """The partition of all that belongs to a cache key."""
    return f"r#{key}"


def _look(read: Callable[[str], Entry | None], request: Request, now: float) -> Found:
    """What the slots of a key have for a request; `read` gives what is in one."""
    main = read(MAIN)
    if isinstance(main, HitForMiss):
        return Found(mark=main) if now < main.until else Found()
    if main is None or selects(main, request):
        return Found(main, main)
    slot = _variant_slot(main, request)
    variant = read(slot)
    if not isinstance(variant, StoredResponse) or variant.fetch_started < main.variants_since:
        return Found(None, main)
    return Found(variant, main, slot) if selects(variant, request) else Found(None, main)


def _names(stored: StoredResponse) -> tuple[str, ...]:
    return tuple(name for name, _ in stored.vary)


def _variant_slot(main: StoredResponse, request: Request) -> str:
    return f"v#{sha256(vary_key(_names(main), request).encode()).hexdigest()}"


def _size(stored: Entry) -> int:
    """Bytes of memory, near enough: the text, the body, and what objects weigh."""
    if isinstance(stored, HitForMiss):
        return 500
    body = 0 if isinstance(stored.body, BodyReference) else len(stored.body)
    pairs = *stored.fields.lines, *stored.vary
    return body + len(stored.target) + sum(len(name) + len(value or "") + 150 for name, value in pairs) + 1_000
