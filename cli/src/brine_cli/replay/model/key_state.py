"""What is stored under one cache key, and the fetches that are under way for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.domain.caching.stored import Selection
from brine.domain.caching.vary import selecting_digests
from brine.service.http_cache.lookup import read_slots
from brine.service.http_cache.selecting import Selecting
from brine_codec import Keyring

if TYPE_CHECKING:
    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.vary import Digest
    from brine.domain.http.messages import Request
    from brine.service.http_cache.lookup import Entry, Lookup
    from brine_cli.replay.model.attempts import Attempt
    from brine_cli.replay.model.stored_hits import StoredHits

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


@dataclass(slots=True)
class OwnFetch:
    """A fetch that is under way for a slot, and the requests that wait for it.

    `failures`: how many fetches before it failed, for which these requests have waited.
    """

    failures: int = 0
    waiting: list[Attempt] = field(default_factory=list)


class KeyState:
    """The slots of one key, by name: their entries, when each is evicted, and the number of their last fill."""

    __slots__ = ("entries", "fetches", "hits", "resource", "shortcut", "tokens", "until")

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.entries: dict[str, Entry] = {}
        self.until: dict[str, int] = {}
        self.tokens: dict[str, int] = {}
        self.fetches: dict[str, OwnFetch] = {}
        self.hits: dict[str, StoredHits] = {}
        self.shortcut: StoredHits | None = None

    def look_up(self, request: Request, now: float) -> Lookup:
        """Return the lookup of a request, before purges. An evicted entry is unusable, but its number is known."""
        seen: dict[str, int] = {}

        def read(slot: str) -> Entry | None:
            entry = self.entries.get(slot)
            if entry is not None and now >= self.until[slot]:
                seen[slot] = entry.generation
                return None
            return entry

        return read_slots(read, seen, selecting(self.resource, request, now))

    def put(self, slot: str, entry: Entry, evict_at: int) -> None:
        """Store an entry, with the next number of its slot as its generation already."""
        self.entries[slot] = entry
        self.until[slot] = evict_at
        self.tokens[slot] = entry.generation

    def next_token(self, slot: str) -> int:
        """Return the generation of the next entry in a slot."""
        return self.tokens.get(slot, 0) + 1
