"""Every story."""

from __future__ import annotations

from tests.conformance.stories import freshness, storing, validation, vary

STORIES = (*freshness.STORIES, *storing.STORIES, *validation.STORIES, *vary.STORIES)
