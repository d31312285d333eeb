"""Dependencies: the stored responses that another response was made from.

A function makes one response, the whole, from several others, its parts. A purge that covers a part covers the whole
too. The whole keeps for each part the names of the part's stamps, and the times that these stamps are compared with. So
a whole that was made from an out-of-date part is purged by the same stamp as the part itself, although the whole is
newer.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from brine.domain.purging.dependency import Dependency
from brine.domain.purging.stamps import is_purged, stale_from, stamp_names
from brine.domain.routing.tenant import NO_TENANT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.purging.stamps import Stamp

MAX_DEPENDENCY_NAMES: Final = 400
"""Stamp names of all parts of a whole. A whole with more is not stored: each lookup would have to read them."""


def dependencies_on(part: StoredResponse, resource: Resource) -> tuple[Dependency, ...]:
    """Return the dependencies of a response that is made from `part`: the part itself, and those of the part."""
    own = Dependency(
        names=stamp_names(resource, part.tags),
        began=part.began,
        confirmed=part.confirmed,
        applied_stamps=part.applied_stamps,
        route=part.route,
        target=part.target,
        tags=part.tags,
        has_tenant=resource.tenant != NO_TENANT,
    )
    return own, *part.dependencies


def all_stamp_names(resource: Resource, stored: StoredResponse | None) -> tuple[str, ...]:
    """Return the names of all stamps that apply to a resource and its stored response, dependencies included."""
    if stored is None:
        return stamp_names(resource)
    own = stamp_names(resource, stored.tags)
    if not stored.dependencies:
        return own
    return tuple(dict.fromkeys((*own, *[name for one in stored.dependencies for name in one.names])))


def is_response_purged(stored: StoredResponse, resource: Resource, stamps: Mapping[str, Stamp], now: float) -> bool:
    """Return whether a hard purge of the response, or of a response that it was made from, invalidated it."""
    if not stored.dependencies:
        return is_purged(stored, stamps, now)
    return is_whole_purged(stored, stamp_names(resource, stored.tags), stamps, now)


def is_whole_purged(stored: StoredResponse, own: tuple[str, ...], stamps: Mapping[str, Stamp], now: float) -> bool:
    """Do as `is_response_purged`, with the names of the response's own stamps."""
    if is_purged(stored, _of(own, stamps), now):
        return True
    return any(is_purged(one, _of(one.names, stamps), now) for one in stored.dependencies)


def response_stale_from(stored: StoredResponse, resource: Resource, stamps: Mapping[str, Stamp]) -> float:
    """Return when a soft purge of the response, or of one that it was made from, made it stale; else infinite."""
    if not stored.dependencies:
        return stale_from(stored, stamps)
    return whole_stale_from(stored, stamp_names(resource, stored.tags), stamps)


def whole_stale_from(stored: StoredResponse, own: tuple[str, ...], stamps: Mapping[str, Stamp]) -> float:
    """Do as `response_stale_from`, with the names of the response's own stamps."""
    of_own = stale_from(stored, _of(own, stamps))
    return min([of_own, *[stale_from(one, _of(one.names, stamps)) for one in stored.dependencies]], default=inf)


def _of(names: tuple[str, ...], stamps: Mapping[str, Stamp]) -> dict[str, Stamp]:
    return {name: stamps[name] for name in names if name in stamps}
