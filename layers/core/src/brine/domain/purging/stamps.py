"""Stamps: the record of a purge or an invalidation. One stamp covers any number of responses and results.

A stamp has a name and the times of its last hard and soft purge. A hard purge of one of its names invalidates a
response if the fetch of its body began before the purge. A soft purge makes it stale until the origin confirms it. So a
purge also covers fetches that are in flight. The same rules apply to results and their computations. The times come
from several machines, whose clocks differ. So a purge, or an unsafe request, stamps a time that is `MARGIN` seconds
after its own clock. A stamp that was read before a fetch began is older than that fetch, even if its time is later: the
response records it in `applied_stamps` (docs/decisions/0003, 0060).

The tags of a new response are known only after its fetch. So a purge of tags first raises the stamp `TAG_PURGES`, and
gives the stamps of the tags the time that this one then has. These times only grow. A fetch that began after TAG_PURGES
was read is newer than every purge of a tag up to that time, whatever the clocks say (docs/decisions/0120).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Protocol

from brine.domain.routing.tenant import NO_TENANT, tenant_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.caching.cache_key import Resource
    from brine.domain.purging.dependency import AppliedStamps

MARGIN = 5.0
"""Seconds by which the clocks of the purging and the fetching machine may differ."""

MAX_CONTENT_AGE = 366 * 86_400.0
"""Seconds after which a body is too old for any use, so its stamps are no longer needed."""
STAMP_LIFETIME = 400 * 86_400.0
"""Seconds for which a stamp is kept."""

STEP = 0.001
"""Seconds added to a stamp when a clock that is behind writes it again."""

EVERYTHING = "everything"
TAG_PURGES = "tags"
"""The stamp that every purge of tags raises first. It covers no response itself."""

_TAG = ("tag:", "tag@")  # how the names of the stamps of tags begin


class Stored(Protocol):
    """A stored response or result, as stamps see it. Times are in seconds since 1970."""

    @property
    def began(self) -> float:
        """When the fetch or computation of the content began."""

    @property
    def confirmed(self) -> float:
        """When the exchange began that fetched or last confirmed the content."""

    @property
    def applied_stamps(self) -> AppliedStamps:
        """The purges that were known before it began but have later times."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Times of the last hard and the last soft purge: seconds since 1970, 0 for never."""

    hard: float = 0.0
    soft: float = 0.0

    def merged(self, other: Stamp) -> Stamp:
        """Return the later time of each. Stamps only grow, so a lesser time was read earlier."""
        return Stamp(max(self.hard, other.hard), max(self.soft, other.soft))

    def stamped(self, at: float, *, soft: bool = False) -> Stamp:
        """Return this stamp after a hard or soft purge at `at`, or STEP after the last one if that is later."""
        if soft:
            return replace(self, soft=at if at > self.soft else self.soft + STEP)
        return replace(self, hard=at if at > self.hard else self.hard + STEP)


def route_stamp(route: str) -> str:
    """Return the stamp name of all stored responses of a route."""
    return f"route:{route}"


def key_stamp(key: str) -> str:
    """Return the stamp name of one cache key with all its variants."""
    return f"key:{key}"


def result_stamp(key: str) -> str:
    """Return the stamp name of one stored result. Its key begins with the namespace of its owner."""
    return f"result:{key}"


def tenant_stamp(tenant: str) -> str:
    """Return the stamp name of all content of a tenant, on every route."""
    return f"tenant:{tenant_digest(tenant)}"


def tag_stamp(tag: str, tenant: str = NO_TENANT) -> str:
    """Return the stamp name of a tenant's tag, on every route. Each tenant has its own tags."""
    return f"tag:{tag}" if tenant == NO_TENANT else f"tag@{tenant_digest(tenant)}:{tag}"


def all_tenants_stamp(tag: str) -> str:
    """Return the stamp name of a tag for the content of every tenant. Content without a tenant goes by `tag_stamp`."""
    return f"tag@all:{tag}"  # the digest of a tenant has only hexadecimal digits


def stamp_names(resource: Resource, tags: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the names of all stamps that apply to a response.

    The names without `tags` come first: they are known before the response is.
    """
    digest = resource.tenant if resource.tenant == NO_TENANT else tenant_digest(resource.tenant)
    names = f"route:{resource.route}", *_common_names(f"key:{resource.key}", digest, tags)
    return (key_stamp(resource.target_key), *names) if resource.target_key else names


def result_stamp_names(key: str, tenant: str, tags: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the names of all stamps that apply to a result of Python code."""
    return _common_names(result_stamp(key), tenant if tenant == NO_TENANT else tenant_digest(tenant), tags)


def listed_stamp_names(
    own: tuple[str, ...], digest: str, tags: tuple[str, ...], *, route: str | None = None
) -> tuple[str, ...]:
    """Return the same names for an item of the table, which has only the digest of its tenant, "" for none.

    own: the names of its own stamps: of its key, or of its result, and of the target of a query. route: None for a
    result.
    """
    names = (*own[1:], *_common_names(own[0], digest, tags))
    return names if route is None else (route_stamp(route), *names)


def _common_names(own: str, digest: str, tags: tuple[str, ...]) -> tuple[str, ...]:
    if not digest:
        return EVERYTHING, own, *map(tag_stamp, tags)
    of_tags = [name for tag in tags for name in (f"tag@{digest}:{tag}", all_tenants_stamp(tag))]
    return EVERYTHING, own, f"tenant:{digest}", *of_tags


def is_purged(stored: Stored, stamps: Mapping[str, Stamp], now: float) -> bool:
    """Return whether a hard purge invalidated the content, or it is too old to tell.

    `stamps`: the stamps that apply to it.
    """
    began = stored.began
    if now - began > MAX_CONTENT_AGE:
        return True
    later = {name: stamp.hard for name, stamp in stamps.items() if stamp.hard >= began}
    if not later:
        return False
    applied = {name: hard for name, hard, _ in stored.applied_stamps}
    return any(hard > _applied_until(name, applied) for name, hard in later.items())


def stale_from(stored: Stored, stamps: Mapping[str, Stamp]) -> float:
    """Return when a soft purge made the content stale; infinite without one since the last confirmation."""
    confirmed = stored.confirmed
    later = {name: stamp.soft for name, stamp in stamps.items() if stamp.soft >= confirmed}
    if not later:
        return inf
    applied = {name: soft for name, _, soft in stored.applied_stamps}
    return min((soft for name, soft in later.items() if soft > _applied_until(name, applied)), default=inf)


def _applied_until(name: str, applied: Mapping[str, float]) -> float:
    """Return the time up to which the purges of a stamp are known to be older than the fetch, or 0."""
    own = applied.get(name, 0.0)
    return max(own, applied.get(TAG_PURGES, 0.0)) if name.startswith(_TAG) else own


def applied_stamps(stored: Stored, known: Mapping[str, Stamp], tag_purges: Stamp | None = None) -> AppliedStamps:
    """Return the stamps that were `known` before the exchange that gave `stored`, but have later times.

    tag_purges: the stamp TAG_PURGES, if it was read before the exchange.
    """
    if tag_purges is not None:
        if stored.began < stored.confirmed:  # its body is older than the exchange, and maybe older than these purges
            of_body = next((hard for name, hard, _ in stored.applied_stamps if name == TAG_PURGES), 0.0)
            tag_purges = replace(tag_purges, hard=of_body)
        known = {**known, TAG_PURGES: tag_purges}
    return tuple(
        (name, stamp.hard, stamp.soft)
        for name, stamp in known.items()
        if stamp.hard >= stored.began or stamp.soft >= stored.confirmed
    )
