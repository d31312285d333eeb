"""Every story."""

from __future__ import annotations

from tests.conformance.stories import (
    addresses,
    compression,
    damage,
    directives,
    freshness,
    invalidation,
    passing,
    queries,
    ranges,
    stale,
    storing,
    validation,
    vary,
)

STORIES = (
    *addresses.STORIES,
    *compression.STORIES,
    *damage.STORIES,
    *directives.STORIES,
    *freshness.STORIES,
    *invalidation.STORIES,
    *passing.STORIES,
    *queries.STORIES,
    *ranges.STORIES,
    *stale.STORIES,
    *storing.STORIES,
    *validation.STORIES,
    *vary.STORIES,
)
