"""Stored responses in their places: process memory, the table, and the body store for what is large.

A key has a main slot, and a slot for each further variant (RFC 9111 section 4.1). The main slot is also the index: its
response's Vary names tell in which slot another variant lies, so most lookups are one read. A variant fetched before
the main slot was last filled from empty is dead: it belongs to what was invalidated.

What was purged is as good as not there. Whether it was, its stamps tell; where they cannot be read, it may have been.

Nothing here fails a request: a store that does not answer, an envelope that does not open and a body that is not what
its envelope says are misses, and noted in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING

from brine.domain.hit_for_miss import HitForMiss
from brine.domain.stamps import is_dead, outlived_stamps, stale_from, stamp_names
from brine.domain.stored import BodyReference, StoredResponse
from brine.domain.vary import selects, vary_key
from brine.errors import StoreError
from brine.ports import Item
from brine.service.journal import Fault
from brine_codec import CodecError, Expired

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.cache_key import Resource
    from brine.domain.messages import Request
    from brine.domain.stamps import Stamp
    from brine.ports import BodyStore, Deadline, Held, ItemStore, Lease, LeaseStore, Memory, StampStore
    from brine.service.journal import Journal
    from brine.service.known_stamps import KnownStamps
    from brine_codec import Codec

MAIN = "main"
LAST_SECOND = 2**32 - 1
"""The latest time that an envelope can hold, in 2106: what an origin would have kept longer is kept until then."""

type Entry = StoredResponse | HitForMiss
"""What a slot may hold."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a lookup gave: the response that fits the request, if any, and its slot; what is in the main slot.

    `seen` is the generation of what was found and turned out to be of no use. `stamps`: those that were looked at.
    `moment`: of process memory, when the lookup began.
    """

    stored: StoredResponse | None = None
    main: StoredResponse | None = None
    slot: str = MAIN
    mark: HitForMiss | None = None
    seen: int = 0
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    moment: int = 0

    @property
    def uncollapsed(self) -> bool:
        """Whether requests for the key do not wait for each other: their responses cannot be shared."""
        return self.mark is not None

    @property
    def generation(self) -> int:
        """The token of the newest fill that was seen; 0 when nothing was."""
        entries = (self.stored, self.main, self.mark)
        return max(self.seen, *(entry.generation for entry in entries if entry is not None), 0)

    @property
    def vary_mismatch(self) -> bool:
        """Whether something is stored under the key, but for other selecting fields."""
        return self.stored is None and self.main is not None

    def stamp_names(self, resource: Resource) -> tuple[str, ...]:
        """The names of the stamps to judge it by."""
        return stamp_names(resource, () if self.stored is None else self.stored.tags)

    def judged(self, stamps: Mapping[str, Stamp], names_of_key: Collection[str], now: float) -> Found:
        """What these stamps leave of it. A main slot with another variant is not judged by tags: it is an index."""
        stored, main = self.stored, self.main
        of_main = stamps if main is stored else {name: stamps[name] for name in names_of_key if name in stamps}
        if main is not None and is_dead(main, of_main, now):
            main = None
        if stored is not None:
            if is_dead(stored, stamps, now):
                stored = None
            elif (stale := stale_from(stored, stamps)) != stored.stale_from:
                stored = replace(stored, stale_from=stale)
        return replace(self, stored=stored, main=main, seen=self.generation, stamps=stamps)

    def without_stored(self) -> Found:
        """The same, had it turned out that nothing usable is stored."""
        return Found(seen=self.generation, stamps=self.stamps, moment=self.moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCache:
    """The stored responses of one gateway. `inline_limit`: the largest envelope, in bytes, that the table holds."""

    codec: Codec
    items: ItemStore
    bodies: BodyStore
    leases: LeaseStore
    memory: Memory[Entry]
    stamps: StampStore
    known: KnownStamps
    inline_limit: int

    def recall(self, key: str, request: Request, now: float) -> Found:
        """Look in this process alone: no I/O. What is found may have been purged: see `judge`."""
        since = self.memory.moment
        return replace(_look(lambda slot: self.memory.get((key, slot)), request, now), moment=since)

    def find(
        self, resource: Resource, request: Request, now: float, journal: Journal, *, consistent: bool = False
    ) -> Found:
        """Look in the table: one read, two for a variant that is not in the main slot, one more for tags not known."""
        key, names = resource.key, stamp_names(resource)
        since = self.memory.moment
        seen: list[int] = []
        found = _look(
            lambda slot: self._read(key, slot, names, now, journal, seen=seen, consistent=consistent), request, now
        )
        found = replace(found, moment=since, seen=max(found.seen, *seen, 0))
        judged = self.judge(resource, found, now, journal)
        return found.without_stored() if judged is None else judged

    def judge(self, resource: Resource, found: Found, now: float, journal: Journal) -> Found | None:
        """What purges have left of what was found; None when that cannot be told. One call for stamps not known."""
        names = found.stamp_names(resource)
        known = self.known.get(names, now)
        unknown = [name for name in names if name not in known]
        if found.stored is not None and unknown:
            try:
                read = self.stamps.read(unknown)
            except StoreError as error:
                journal.store_failed("stamps", error)
                return None
            self.known.learn(read, now)
            known |= read
        return found.judged(known, stamp_names(resource), now)

    def judge_by_known(self, resource: Resource, found: Found, now: float) -> Found | None:
        """The same by what this process knows: None when it does not know enough. No I/O."""
        names = found.stamp_names(resource)
        known = self.known.get(names, now)
        return found.judged(known, stamp_names(resource), now) if len(known) == len(names) else None

    def load(self, key: str, found: Found, stored: StoredResponse, journal: Journal) -> StoredResponse | None:
        """The response, found thus, with its body at hand, or None when the body is lost or not what it should be."""
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
        self._remember(key, found.slot, whole, found.moment, otherwise=stored)
        return whole

    def within(self, deadline: Deadline) -> ResponseCache:
        """This cache for calls that are over by then."""
        return replace(
            self,
            items=self.items.within(deadline),
            leases=self.leases.within(deadline),
            stamps=self.stamps.within(deadline),
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
        if is_dead(stored, self.known.get(stamp_names(resource), now), now):
            self.release(lease, journal)
            return False
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
        since = self.memory.moment
        if not self._commit(lease, slot, item, journal):
            return False
        self._remember(key, slot, stored, since, otherwise=placed)
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
        since = self.memory.moment
        if self._commit(lease, MAIN, Item(envelope=envelope, evict_at=until, generation=lease.token), journal):
            self._remember(key, MAIN, mark, since)

    def drop(self, key: str, journal: Journal, *, but_for: Lease | None = None) -> None:
        """Forget all that is stored under the key, and all that fetches under way would store. Two calls.

        Variants die with the main slot. `but_for` is the caller's own lease, which stays good; then it is one call.
        Process memory comes last: what others are reading meanwhile does not get back into it.
        """
        try:
            if but_for is None:
                self.leases.revoke(pk_of(key))
            self.items.delete(pk_of(key), MAIN)
        except StoreError as error:
            journal.store_failed("invalidation", error)
        self.memory.delete((key, MAIN))

    def _commit(self, lease: Lease, slot: str, item: Item, journal: Journal) -> bool:
        try:
            return self.leases.commit(lease, slot, item)
        except StoreError as error:
            journal.store_failed("table", error)
            return False

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
        known = self.known.get(names, now)
        unknown = [name for name in names if name not in known]
        try:
            if unknown:
                item, read = self.stamps.read_with_item(unknown, pk_of(key), slot, consistent=consistent)
                self.known.learn(read, now)
            else:
                item = self.items.read(pk_of(key), slot, consistent=consistent)
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

    def _remember(
        self, key: str, slot: str, entry: Entry, since: int, *, otherwise: StoredResponse | None = None
    ) -> None:
        """Keep it in memory, unless something was dropped since; where it is too large with its body, without."""
        if not self.memory.put((key, slot), entry, _size(entry), since=since) and otherwise is not None:
            self.memory.put((key, slot), otherwise, _size(otherwise), since=since)


def pk_of(key: str) -> str:
    """The partition of all that belongs to a cache key."""
    return f"r#{key}"


def _look(read: Callable[[str], Entry | None], request: Request, now: float) -> Found:
    """What the slots of a key have for a request; `read` gives what is in one."""
    main = read(MAIN)
    if isinstance(main, HitForMiss):
        return Found(mark=main) if now < main.until else Found(seen=main.generation)
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
