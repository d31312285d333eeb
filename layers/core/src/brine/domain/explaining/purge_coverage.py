"""The purges that cover a stored response, and whether each of them ended it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal

from brine.domain.purging.stamps import EVERYTHING, MARGIN, Stamp, is_purged, stale_from, stamp_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.purging.stamps import Stored

type PurgeEffect = Literal["purged", "stale", "older"]
"""purged: it ended the response. stale: it made it stale. older: the response was fetched after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveringStamp:
    """A stamp that covers a stored response. `name`: in words. `kind`: of the purge. `part`: the part that it covers.

    at: the time of the purge in seconds since 1970, by the clock of the purging machine. A purge of tags may have a
    later time in its stamp, so this time is approximate.
    """

    name: str
    kind: Literal["hard", "soft"]
    at: float
    effect: PurgeEffect
    part: str | None = None


def covering_stamps(
    stored: StoredResponse, resource: Resource, stamps: Mapping[str, Stamp], now: float
) -> tuple[CoveringStamp, ...]:
    """Return the stamps that cover a response and the parts that it was made from, the newest first."""
    found = [*_covering(stored, stamp_names(resource, stored.tags), stamps, now)]
    for one in stored.dependencies:
        found += _covering(one, one.names, stamps, now, part=f"{one.route}: {one.target}")
    return tuple(sorted(found, key=lambda one: -one.at))


def _covering(
    stored: Stored, names: tuple[str, ...], stamps: Mapping[str, Stamp], now: float, part: str | None = None
) -> Iterator[CoveringStamp]:
    for name in names:
        stamp, text = stamps.get(name, Stamp()), stamp_text(name)
        if stamp.hard:
            effect: PurgeEffect = "purged" if is_purged(stored, {name: Stamp(stamp.hard)}, now) else "older"
            yield CoveringStamp(name=text, kind="hard", at=stamp.hard - MARGIN, effect=effect, part=part)
        if stamp.soft:
            effect = "stale" if stale_from(stored, {name: Stamp(0.0, stamp.soft)}) < inf else "older"
            yield CoveringStamp(name=text, kind="soft", at=stamp.soft - MARGIN, effect=effect, part=part)


def stamp_text(name: str) -> str:
    """Return the content that a stamp covers, in words, such as "the route shop"."""
    if name == EVERYTHING:
        return "everything"
    kind, _, rest = name.partition(":")
    match kind.partition("@")[0]:
        case "route":
            return f"the route {rest}"
        case "key":
            return "this URL"
        case "tenant":
            return "all of the tenant"
        case "result":
            return "this result"
        case _:
            return f'the tag "{rest}"'
