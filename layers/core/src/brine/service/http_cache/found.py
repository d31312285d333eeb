"""What a lookup gave, and what purges and invalidations have left of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import BodyReference, StoredResponse
from brine.domain.purging.stamps import is_purged, stale_from, stamp_names
from brine_codec import CodecError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.caching.cache_key import Resource
    from brine.domain.purging.stamps import Stamp
    from brine.service.http_cache.selecting import Selecting

MAIN: Final = "main"

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
        if main is not None and is_purged(main, of_main, now):
            main = None
        if stored is not None:
            if is_purged(stored, stamps, now):
                stored = None
            elif (stale := stale_from(stored, stamps)) != stored.stale_from:
                stored = replace(stored, stale_from=stale)
        return replace(self, stored=stored, main=main, seen=self.generation, stamps=stamps)

    def without_stored(self) -> Found:
        """The same, had it turned out that nothing usable is stored."""
        return Found(seen=self.generation, stamps=self.stamps, moment=self.moment)

    def outliving(self, name: str, before: Stamp, at: float, began: float) -> Found:
        """The same for a fetch that began then and has itself stamped `name` hard, at `at`: its response is good yet.

        Not if it was stamped by others in the meantime, as far as the clocks can tell.
        """
        known = self.stamps.get(name)
        if before.hard >= began and (known is None or before.hard > known.hard):
            return self
        return replace(self, stamps={**self.stamps, name: before.stamped(at)})


def look(read: Callable[[str], Entry | None], selecting: Selecting) -> Found:
    """What the slots of a key have for a request; `read` gives what is in one."""
    main = read(MAIN)
    if isinstance(main, HitForMiss):
        return Found(mark=main) if selecting.now < main.until else Found(seen=main.generation)
    if main is None:
        return Found()
    try:
        if selecting.selects(main):
            return Found(main, main)
        slot = variant_slot(main, selecting)
        variant = read(slot)
        if not isinstance(variant, StoredResponse) or variant.fetch_started < main.variants_since:
            return Found(None, main)
        return Found(variant, main, slot) if selecting.selects(variant) else Found(None, main)
    except CodecError:  # without its key, nothing can be told of what a stored response was made for
        return Found(seen=main.generation)


def placed(stored: StoredResponse, main: StoredResponse | None, selecting: Selecting) -> tuple[str, StoredResponse]:
    """The slot for a response to be stored in, beside what is in the main slot, and the response as it lies there.

    Raises CodecError when the keys cannot be had.
    """
    stored = replace(stored, selection=selecting.selection(stored.vary))
    if main is not None and main.vary == stored.vary:
        slot = MAIN if selecting.selects(main) else variant_slot(main, selecting)
        return slot, replace(stored, variants_since=main.variants_since)
    return MAIN, replace(stored, variants_since=stored.fetch_started)


def variant_slot(main: StoredResponse, selecting: Selecting) -> str:
    """The slot of the variant for a request, by what is in the main slot. Raises CodecError.

    There are only so many: variants that share one replace each other (docs/decisions/0066). Under another cache key
    the same variants have other slots, as they have other digests.
    """
    digests = selecting.digests_for(main)
    digest = sha256(b"".join(b"\0" if one is None else b"\1" + one for one in digests)).digest()
    return f"v#{int.from_bytes(digest[:8]) % (selecting.resource.max_variants - 1)}"


def weight(entry: Entry) -> int:
    """Bytes of memory, near enough: the text, the body, and what objects weigh."""
    if isinstance(entry, HitForMiss):
        return 500
    body = 0 if isinstance(entry.body, BodyReference) else len(entry.body)
    fields = sum(len(name) + len(value) + 150 for name, value in entry.fields.lines)
    selecting = sum(len(name) + 150 for name in entry.vary)
    return body + len(entry.target) + fields + selecting + 1_000
