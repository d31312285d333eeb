"""The stored responses of one cache key, and the fetches that are under way for it."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, inf
from typing import TYPE_CHECKING, Any

from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import Selection, StoredResponse
from brine.domain.caching.storing import evict_at
from brine.domain.caching.vary import selecting_digests
from brine.domain.purging.stamps import MAX_CONTENT_AGE, key_stamp
from brine.service.http_cache.lookup import MAIN, Lookup, read_slots
from brine.service.http_cache.selecting import Selecting
from brine_cli.replay.model.stored_hits import ROUNDING, StoredHits
from brine_codec import Keyring

if TYPE_CHECKING:
    from brine.domain.bodies.stored_body import BodyReference, PartialBody
    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.vary import Digest
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy
    from brine.service.http_cache.lookup import Entry
    from brine_cli.replay.model.plain.life import PlainLife
    from brine_cli.replay.tally import RouteTally

_CONDITIONS = frozenset({"if-modified-since", "if-none-match"})
_NO_KEYS = Keyring.from_json('{"1": "a replay hashes no selecting fields"}')


class PlainSelecting(Selecting):
    """Compares selecting fields by their values: a replay stores no secret in a table, and needs no hashes."""

    __slots__ = ()

    def selection(self, names: tuple[str, ...]) -> Selection:
        """Return the values of these fields."""
        return Selection(0, selecting_digests(names, self.request, self._digest(0)))

    def _digest(self, key_id: int) -> Digest:  # noqa: ARG002 - there is one
        return lambda _, value: value.encode("utf-8", "surrogateescape")


def selecting(resource: Resource, request: Request, now: float) -> PlainSelecting:
    """Return the selection by the fields of this request."""
    return PlainSelecting(_NO_KEYS, resource, request, now)


@lru_cache(maxsize=1024)
def absent(vary: tuple[str, ...]) -> Selection:
    """Return the selection by a request that has none of these fields, the same object each time."""
    return Selection(0, (None,) * len(vary))


def is_selected_by_all(stored: StoredResponse) -> bool:
    """Return whether requests without fields select the response: its own request had no selecting field."""
    nothing = absent(stored.vary)
    is_same = stored.selection is nothing or stored.selection.digests == nothing.digests
    return is_same and not any(map(_CONDITIONS.__contains__, stored.vary))


class MadeLater:
    """A stored response that is made in full when the rules need it. `PlainFetch` is one."""

    __slots__ = ()
    generation: int
    request_time: float
    fetch_started: float
    status: int
    body: bytes | BodyReference | PartialBody
    size: int

    @property
    def fields(self) -> Fields:
        """The fields of the stored response."""
        raise NotImplementedError

    def stored(self) -> StoredResponse:
        """Return the stored response in full."""
        raise NotImplementedError

    def lead(self, flights: Any) -> object:
        """Let other requests wait for this fetch. flights: ModelFlights."""
        raise NotImplementedError


class KeyState:
    """The slots of one key, by name: their entries, and the number of their last fill.

    `is_for_all`: whether each request without fields selects the entry in the main slot. `life`: that of this entry, if
    it came with a plain exchange, and `longer`: for how many seconds more. `hit_until`: each plain request before this
    time is certainly a hit. `fetching`: the fetch of the shortcut that is under way. `entries`: `entry` makes them.
    """

    __slots__ = (
        *("_until", "entries", "fetching", "hit_until", "hits", "is_for_all", "life", "longer", "policy"),
        *("resource", "stamp_names", "tokens"),
    )

    def __init__(self, resource: Resource, policy: Policy) -> None:
        self.resource = resource
        self.policy = policy
        self.entries: dict[str, Entry | MadeLater] = {}
        self._until: dict[str, int] = {}
        self.tokens: dict[str, int] = {}
        self.hits: dict[str, StoredHits] = {}
        self.is_for_all = False
        self.life: PlainLife | None = None
        self.hit_until = -inf
        self.longer = 0.0
        self.fetching: MadeLater | None = None
        self.stamp_names = tuple(key_stamp(key) for key in (resource.key, resource.target_key) if key)

    def look_up(self, request: Request, now: float, *, is_plain: bool) -> Lookup:
        """Return the lookup of a request, before purges. An evicted entry is unusable, but its number is known."""
        main = self.entry(MAIN)
        if is_plain and (main is None or (self.is_for_all and isinstance(main, StoredResponse))):
            if main is None:
                return Lookup()
            seen = {MAIN: main.generation}
            return Lookup(main, main, seen=seen) if now < self.evict_at(MAIN) else Lookup(seen=seen)
        seen = {}

        def read(slot: str) -> Entry | None:
            entry = self.entry(slot)
            if entry is not None and now >= self.evict_at(slot):
                seen[slot] = entry.generation
                return None
            return entry

        return read_slots(read, seen, selecting(self.resource, request, now))

    def entry(self, slot: str) -> Entry | None:
        """Return the entry in a slot."""
        entry = self.entries.get(slot)
        if isinstance(entry, MadeLater):
            entry = self.entries[slot] = entry.stored()
        return entry

    def evict_at(self, slot: str) -> int:
        """Return when the entry in a slot is evicted."""
        until = self._until.get(slot)
        if until is None:
            entry = self.entry(slot)
            assert entry is not None  # noqa: S101 - for the checker of types
            until = ceil(entry.until) if isinstance(entry, HitForMiss) else evict_at(entry, self.policy)
            self._until[slot] = until
        return until

    def put(self, slot: str, entry: Entry | MadeLater, life: PlainLife | None = None) -> None:
        """Store an entry, with the next number of its slot as its generation already."""
        self.entries[slot] = entry
        self._until.pop(slot, None)
        self.tokens[slot] = entry.generation
        if slot == MAIN:
            self.life, self.hit_until, self.longer, self.is_for_all = life, -inf, 0.0, False
            if life is not None and not isinstance(entry, HitForMiss):
                self.is_for_all = True
                if life.jitter or not life.lifetime:
                    self.longer = life.longer(entry.stored() if isinstance(entry, MadeLater) else entry)
                end = entry.request_time + life.hit_until + self.longer
                self.hit_until = min(end, entry.fetch_started + MAX_CONTENT_AGE - ROUNDING)
            elif isinstance(entry, StoredResponse):
                self.is_for_all = is_selected_by_all(entry)

    def main_hits(self, tally: RouteTally) -> StoredHits:
        """Return the counts of the hits of the response in the main slot."""
        stored = self.entry(MAIN)
        assert isinstance(stored, StoredResponse)  # noqa: S101 - for the checker of types
        return self.hits_of(MAIN, stored, tally)

    def hits_of(self, slot: str, stored: StoredResponse, tally: RouteTally) -> StoredHits:
        """Return the counts of the hits of a stored response."""
        hits = self.hits.get(slot)
        if hits is None:
            hits = self.hits[slot] = StoredHits(stored, tally)
        return hits

    def purge(self) -> None:
        """Let the rules decide about each request from now on."""
        self.life, self.hit_until = None, -inf

    def next_token(self, slot: str) -> int:
        """Return the generation of the next entry in a slot."""
        return self.tokens.get(slot, 0) + 1
