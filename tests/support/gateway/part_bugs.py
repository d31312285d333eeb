"""Bugs in how a whole follows its parts, for a search to find: each takes the place of a function of the product."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any, Final

from brine.domain.caching import combine as right
from brine.domain.caching.combine import FAILED
from brine.domain.purging.dependencies import dependencies_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from brine.domain.caching.combine import PartLimits, WholeLimits
    from brine.domain.purging.dependency import Dependency

_COMBINE: Final = "brine.service.functions.function_client.combine"
_PART_LIMITS: Final = "brine.service.functions.part_fetcher.part_limits"
_DEPENDENCIES: Final = "brine.domain.caching.combine.dependencies_on"


def without_dependencies(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    return replace(right.combine(parts, lifetime, began), dependencies=())


def greatest_freshness(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    used = tuple(parts)
    lifetimes = [part.fresh_until - began for part in used if part.fresh_until > -inf]
    most = max([*lifetimes, *([] if lifetime is None else [lifetime])], default=None)
    return replace(right.combine(used, lifetime, began), lifetime=most)


def times_of_the_whole(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    whole = right.combine(parts, lifetime, began)
    own = tuple(replace(one, began=began, confirmed=began, applied_stamps=()) for one in whole.dependencies)
    return replace(whole, dependencies=own)


def failures_ignored(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    return right.combine([part for part in parts if part != FAILED], lifetime, began)


def privacy_ignored(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    return right.combine([part for part in parts if not part.is_private], lifetime, began)


def staleness_ignored(parts: Iterable[PartLimits], lifetime: float | None, began: float) -> WholeLimits:
    return replace(right.combine(parts, lifetime, began), must_revalidate=False)


def route_alone(_parts: Iterable[PartLimits], lifetime: float | None, _began: float) -> WholeLimits:
    return right.combine((), lifetime, _began)


def age_ignored(*given: Any, now: float, served_stale: bool) -> PartLimits:
    limits, source = right.part_limits(*given, now=now, served_stale=served_stale), given[0]
    return limits if source is None else replace(limits, fresh_until=limits.fresh_until + now - source.request_time)


def parts_of_parts_dropped(*given: Any) -> tuple[Dependency, ...]:
    return dependencies_on(*given)[:1]


PART_BUGS: Final[dict[str, tuple[str, Callable[..., object]]]] = {
    "no dependencies": (_COMBINE, without_dependencies),
    "the greatest freshness": (_COMBINE, greatest_freshness),
    "the whole's own times": (_COMBINE, times_of_the_whole),
    "failures ignored": (_COMBINE, failures_ignored),
    "privacy ignored": (_COMBINE, privacy_ignored),
    "served stale against the parts' will": (_COMBINE, staleness_ignored),
    "only the route's lifetime": (_COMBINE, route_alone),
    "the age of a part ignored": (_PART_LIMITS, age_ignored),
    "only the parts themselves": (_DEPENDENCIES, parts_of_parts_dropped),
}
"""By name: the place of the right function, and the one with a bug."""
