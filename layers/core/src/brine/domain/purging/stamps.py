"""Stamps: what is left of a purge, or an invalidation. One is enough, however many responses and results it covers.

A stamp has a name and the times of its last hard and soft purge. A response is dead if the fetch of its body began
before a hard purge of one of its names; it is stale from a soft purge on, until the origin has confirmed it since. So a
purge also reaches fetches that are still under way. The same goes for results, and their computations. Times of several
machines are compared: a stamp is `MARGIN` seconds ahead of the clock of who purges, and what was read before a fetch
began was certainly written before it, whatever the clocks say (docs/decisions/0003, 0060).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Protocol

from brine.domain.routing.tenant import NOBODY, tenant_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.caching.cache_key import Resource

MARGIN = 5.0
"""Seconds that the clocks of who purges and who fetches may differ."""

LONGEST_USE = 366 * 86_400.0
"""Seconds after which a body is too old for any use: no stamp need be kept for it any longer."""
KEPT = 400 * 86_400.0
"""Seconds that a stamp is kept."""

STEP = 0.001
"""Seconds by which a stamp grows when it is written again by a clock that is behind."""

EVERYTHING = "everything"

type AppliedStamps = tuple[tuple[str, float, float], ...]
"""Stamps whose times are not before a fetch though they were there when it began: name, hard, soft."""


class Stored(Protocol):
    """What stamps are about. Times are in seconds since 1970."""

    @property
    def began(self) -> float:
        """When the fetch or computation of the content began."""

    @property
    def confirmed(self) -> float:
        """When the exchange began that fetched it, or last confirmed it."""

    @property
    def applied_stamps(self) -> AppliedStamps:
        """The purges known before it began that seem later by their clocks."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something was last purged, hard and soft: seconds since 1970, 0 for never."""

    hard: float = 0.0
    soft: float = 0.0

    def merged(self, other: Stamp) -> Stamp:
        """The later of each: a stamp never goes back, so what is less was read earlier."""
        return Stamp(max(self.hard, other.hard), max(self.soft, other.soft))

    def stamped(self, at: float, *, soft: bool = False) -> Stamp:
        """This one once it is stamped again: hard or soft, at `at` or a moment after the last such time."""
        if soft:
            return replace(self, soft=at if at > self.soft else self.soft + STEP)
        return replace(self, hard=at if at > self.hard else self.hard + STEP)


def route_stamp(route: str) -> str:
    """The name of the stamp of all that a route has stored."""
    return f"route:{route}"


def key_stamp(key: str) -> str:
    """The name of the stamp of one cache key with all its variants."""
    return f"key:{key}"


def result_stamp(key: str) -> str:
    """The name of the stamp of one stored result, whose key begins with the namespace of who keeps it."""
    return f"result:{key}"


def tenant_stamp(tenant: str) -> str:
    """The name of the stamp of all that is a tenant's, on whatever route it is."""
    return f"tenant:{tenant_digest(tenant)}"


def tag_stamp(tag: str, tenant: str = NOBODY) -> str:
    """The name of the stamp of a tenant's tag, on whatever route it is. Each tenant has its own tags."""
    return f"tag:{tag}" if tenant == NOBODY else f"tag@{tenant_digest(tenant)}:{tag}"


def stamp_names(resource: Resource, tags: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of all stamps that count for a response; those without `tags` come first and are known before it is."""
    return route_stamp(resource.route), *_stamp_names(key_stamp(resource.key), resource.tenant, tags)


def result_stamp_names(key: str, tenant: str, tags: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of all stamps that count for a result of Python code."""
    return _stamp_names(result_stamp(key), tenant, tags)


def _stamp_names(own: str, tenant: str, tags: tuple[str, ...]) -> tuple[str, ...]:
    of_tenant = () if tenant == NOBODY else (tenant_stamp(tenant),)
    return EVERYTHING, own, *of_tenant, *(tag_stamp(tag, tenant) for tag in tags)


def is_dead(stored: Stored, stamps: Mapping[str, Stamp], now: float) -> bool:
    """Whether a hard purge has ended it. `stamps`: those that count for it."""
    if now - stored.began > LONGEST_USE:
        return True
    applied = {name: hard for name, hard, _ in stored.applied_stamps}
    return any(stamp.hard >= stored.began and stamp.hard > applied.get(name, 0.0) for name, stamp in stamps.items())


def stale_from(stored: Stored, stamps: Mapping[str, Stamp]) -> float:
    """When a soft purge has made it stale; infinite when none has, or it was confirmed since."""
    applied = {name: soft for name, _, soft in stored.applied_stamps}
    return min(
        (
            stamp.soft
            for name, stamp in stamps.items()
            if stamp.soft >= stored.confirmed and stamp.soft > applied.get(name, 0.0)
        ),
        default=inf,
    )


def applied_stamps(stored: Stored, known: Mapping[str, Stamp]) -> AppliedStamps:
    """The stamps that were `known` before the exchange that gave `stored`, and yet have no earlier time."""
    return tuple(
        (name, stamp.hard, stamp.soft)
        for name, stamp in known.items()
        if stamp.hard >= stored.began or stamp.soft >= stored.confirmed
    )
