"""Every story."""

from __future__ import annotations

from tests.conformance.stories import (
    addresses,
    damage,
    directives,
    freshness,
    invalidation,
    passing,
    ranges,
    stale,
    storing,
    validation,
    vary,
)

STORIES = (
    *addresses.STORIES,
    *damage.STORIES,
    *directives.STORIES,
    *freshness.STORIES,
    *invalidation.STORIES,
    *passing.STORIES,
    *ranges.STORIES,
    *stale.STORIES,
    *storing.STORIES,
    *validation.STORIES,
    *vary.STORIES,
)
