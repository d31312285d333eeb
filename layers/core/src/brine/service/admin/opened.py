"""An item of the cache table that was opened: its facts, its stamps and its state."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import StoredResponse
from brine.domain.listing.facts import ListedEntry
from brine.domain.listing.states import response_state, result_state
from brine.domain.purging.dependencies import is_whole_purged, whole_stale_from
from brine.domain.purging.stamps import is_purged, stale_from
from brine.domain.results.stored import StoredResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.listing.facts import EntryFacts
    from brine.domain.purging.stamps import Stamp
    from brine.domain.routing.policy import Policy

type Content = StoredResponse | StoredResult | HitForMiss


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedItem:
    """An item of the table with its facts. `content` is None if it does not open.

    own: the names of the stamps of the item itself. policy: that of its route.
    """

    facts: EntryFacts
    content: Content | None = None
    own: tuple[str, ...] = ()
    policy: Policy | None = None

    @property
    def stamp_names(self) -> tuple[str, ...]:
        """The names of all stamps that apply to it, those of the responses that it was made from included."""
        parts = self.content.dependencies if isinstance(self.content, StoredResponse) else ()
        return tuple(dict.fromkeys((*self.own, *[name for one in parts for name in one.names])))

    def is_purged(self, stamps: Mapping[str, Stamp], now: float) -> bool:
        """Return whether a hard purge ended it. `stamps` has all of its names."""
        match self.content:
            case StoredResponse() as stored:
                return is_whole_purged(stored, self.own, stamps, now)
            case StoredResult() as stored:
                return is_purged(stored, {name: stamps[name] for name in self.own}, now)
        return False

    def stale_from(self, stamps: Mapping[str, Stamp]) -> float:
        """Return when a soft purge ended its freshness; infinite without one. `stamps` has all of its names."""
        match self.content:
            case StoredResponse() as stored:
                return whole_stale_from(stored, self.own, stamps)
            case StoredResult() as stored:
                return stale_from(stored, {name: stamps[name] for name in self.own})
        return inf

    def listed(self, stamps: Mapping[str, Stamp], now: float) -> ListedEntry:
        """Return the entry with its state after these purges. `stamps` has all of its names."""
        if self.is_purged(stamps, now):
            return ListedEntry(self.facts, "purged")
        match self.content:
            case StoredResponse() as stored if self.policy is not None:
                state, remaining = response_state(stored, self.policy, now, stale_from=self.stale_from(stamps))
            case StoredResult() as stored:
                state, remaining = result_state(stored, now, stale_from=self.stale_from(stamps))
            case HitForMiss() as marker:
                state, remaining = "fresh", int(marker.until - now)
            case _:
                return ListedEntry(self.facts, "unknown")
        return ListedEntry(self.facts, state, remaining)
