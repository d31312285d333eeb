"""The result of a lookup in the slots of a key, and the effect of purges and invalidations on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.domain.bodies.stored_body import PartialBody
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.partial import without_lost_parts
from brine.domain.caching.stored import StoredResponse
from brine.domain.purging.dependencies import all_stamp_names, is_response_purged, response_stale_from
from brine.domain.purging.stamps import is_purged, stamp_names
from brine_codec import CodecError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.bodies.stored_body import BodyReference
    from brine.domain.caching.cache_key import Resource
    from brine.domain.purging.stamps import Stamp
    from brine.service.http_cache.selecting import Selecting

MAIN: Final = "main"
VARIANT: Final = "v#"

type Entry = StoredResponse | HitForMiss
"""The content of a slot."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The stored entries for a request. The request selects `slot` by the Vary in the main slot.

    `stored` is the usable response in that slot, and `main` the one in the main slot. `marker` is the main slot's
    hit-for-miss marker. `seen`: the generation of the entry in each slot that was read, usable or not. `stamps` are the
    stamps that the lookup has applied. `tag_purges` is the stamp TAG_PURGES, if this process has read it.
    """

    stored: StoredResponse | None = None
    main: StoredResponse | None = None
    slot: str = MAIN
    marker: HitForMiss | None = None
    seen: Mapping[str, int] = field(default_factory=dict)
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    tag_purges: Stamp | None = None

    @property
    def is_uncollapsed(self) -> bool:
        """Return whether requests for the key do not wait for each other: their responses cannot be shared."""
        return self.marker is not None

    @property
    def slot_to_fill(self) -> str:
        """Return the slot that a response with the known Vary fills, and so the slot whose lease its fetch needs.

        Without a usable response in the main slot, Vary is not known, and the main slot is filled.
        """
        return MAIN if self.main is None else self.slot

    @property
    def generation(self) -> int:
        """Return the fencing token of the newest fill that was seen in the slot to fill, or 0."""
        return self.seen.get(self.slot_to_fill, 0)

    @property
    def vary_mismatch(self) -> bool:
        """Return whether the key has a stored response, but only for other selecting fields."""
        return self.stored is None and self.main is not None

    def stamp_names(self, resource: Resource) -> tuple[str, ...]:
        """Return the names of the stamps that cover the resource and the stored response."""
        return all_stamp_names(resource, self.stored)

    def purged_by(self, stamps: Mapping[str, Stamp], resource: Resource, now: float) -> Lookup:
        """Return the lookup without purged entries. The tags of another variant in the main slot do not count."""
        stored, main = self.stored, self.main
        if main is not None and main is not stored:
            of_key = {name: stamps[name] for name in stamp_names(resource) if name in stamps}
            main = None if is_purged(main, of_key, now) else main
        if stored is not None:
            if is_response_purged(stored, resource, stamps, now):
                main = None if main is stored else main
                stored = None
            elif (stale := response_stale_from(stored, resource, stamps)) != stored.stale_from:
                stored = replace(stored, stale_from=stale)
        return replace(self, stored=stored, main=main, stamps=stamps)

    def without_stored(self) -> Lookup:
        """Return the lookup as if no usable response were stored."""
        return Lookup(seen=self.seen, stamps=self.stamps, tag_purges=self.tag_purges)

    def without_lost(self, lost: Collection[bytes]) -> Lookup:
        """Return the lookup without the bodies at these addresses. The other parts of a body in parts remain."""
        rest = without_lost_parts(self.stored, lost)
        if rest is None:
            return self.without_stored()
        return replace(self, stored=rest, main=rest if self.main is self.stored else self.main)

    def after_invalidation(self, name: str, before: Stamp, at: float, began: float) -> Lookup:
        """Return the lookup for a fetch that began at `began` and itself stamped `name` hard at `at`.

        Its own response is not purged by that stamp. If another request stamped the name meanwhile, as far as the
        clocks can tell, the lookup stays as it is, and the response is purged.
        """
        known = self.stamps.get(name)
        if before.hard >= began and (known is None or before.hard > known.hard):
            return self
        return replace(self, stamps={**self.stamps, name: before.stamped(at)})


def read_slots(read: Callable[[str], Entry | None], seen: dict[str, int], selecting: Selecting) -> Lookup:
    """Return the lookup of a request in the slots of a key.

    `read` returns the content of one slot. `seen` has the generations of unusable entries that `read` has found.
    """
    main = read(MAIN)
    if main is None:
        return Lookup(seen=seen)
    seen[MAIN] = main.generation
    if isinstance(main, HitForMiss):
        return Lookup(marker=main if selecting.now < main.until else None, seen=seen)
    try:
        if not main.vary or selecting.selects(main):
            return Lookup(main, main, seen=seen)
        slot = variant_slot(main, selecting)
        variant = read(slot)
        if variant is not None:
            seen[slot] = variant.generation
        if isinstance(variant, StoredResponse) and variant.vary == main.vary and selecting.selects(variant):
            return Lookup(variant, main, slot, seen=seen)
        return Lookup(None, main, slot, seen=seen)
    except CodecError:  # without its key, the selecting fields of a stored response cannot be compared
        return Lookup(seen=seen)


def slot_for(stored: StoredResponse, main: StoredResponse | None, selecting: Selecting) -> tuple[str, StoredResponse]:
    """Return the slot for a new response beside the one in the main slot, and the response with its selection.

    A response with another Vary replaces the one in the main slot. Raises CodecError when a key is missing.
    """
    stored = replace(stored, selection=selecting.selection(stored.vary))
    if main is None or main.vary != stored.vary or selecting.selects(main):
        return MAIN, stored
    return variant_slot(main, selecting), stored


def variant_slot(main: StoredResponse, selecting: Selecting) -> str:
    """Return the slot of the variant for a request, by the main slot's `vary`. Raises CodecError.

    It is a hash of the request's selecting fields and the cache key, so no two variants share a slot
    (docs/decisions/0111).
    """
    digests = selecting.digests_for(main)
    digest = sha256(b"".join(b"\0" if one is None else b"\1" + one for one in digests))
    return f"{VARIANT}{digest.hexdigest()[:32]}"


def weight(entry: Entry) -> int:
    """Estimate the bytes of process memory that an entry takes: its text, its body and its objects."""
    if isinstance(entry, HitForMiss):
        return 500
    body = len(entry.body) if isinstance(entry.body, bytes) else _weight_of_parts(entry.body)
    body += 0 if entry.frame is None else len(entry.frame.data)
    texts = [entry.target, *entry.vary, *[text for line in entry.fields.lines for text in line]]
    texts += [name for one in entry.dependencies for name in one.names]
    return body + sum(map(len, texts)) + 150 * len(texts) + 1_000


def _weight_of_parts(body: BodyReference | PartialBody) -> int:
    return body.loaded_size + 300 * len(body.parts) if isinstance(body, PartialBody) else 0
