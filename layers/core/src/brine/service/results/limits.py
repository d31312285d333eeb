"""What a result permits for the response that a function makes of it: the same rules as for a part."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from brine.domain.caching.combine import FAILED, PartLimits
from brine.domain.purging.dependency import Dependency
from brine.domain.purging.stamps import applied_stamps
from brine.domain.results.stored import StoredResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.purging.stamps import Stamp
    from brine.domain.results.key import ResultEntry

NOT_COMPUTED = FAILED
"""The limits of a computation that raised, where no setting makes the exception fresh."""


def limits_of(place: ResultEntry, stored: StoredResult) -> PartLimits:
    """Return what a stored result permits: freshness as long as its own, and every purge of it."""
    dependency = Dependency(
        names=place.stamp_names(stored.tags),
        began=stored.began,
        confirmed=stored.confirmed,
        applied_stamps=stored.applied_stamps,
    )
    return PartLimits(fresh_until=min(stored.fresh_until, stored.stale_from), dependencies=(dependency,))


def limits_of_computed(place: ResultEntry, computed: StoredResult, known: Mapping[str, Stamp]) -> PartLimits:
    """Return what a new result permits. known: the stamps that were known before its computation."""
    return limits_of(place, replace(computed, applied_stamps=applied_stamps(computed, known)))


def limits_of_nothing(place: ResultEntry, began: float, known: Mapping[str, Stamp]) -> PartLimits:
    """Return what a key without a result permits: a purge of the key or its tags may mean that it has one now."""
    nothing = StoredResult(value=None, began=began, fresh_until=inf, grace_until=inf)
    return limits_of_computed(place, nothing, known)
