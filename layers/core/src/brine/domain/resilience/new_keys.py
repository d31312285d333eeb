"""The guard against floods of invented URLs: of how many new keys in a minute a route stores the responses."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class NewKeys:
    """The new keys of a minute that began at `since`, in seconds since 1970."""

    since: float = 0.0
    count: int = 0

    def with_one_more(self, now: float) -> NewKeys:
        """These and one at `now`; the first of another minute, if this one is over or the clock was set back."""
        is_within = 0 <= now - self.since < MINUTE
        return NewKeys(self.since, self.count + 1) if is_within else NewKeys(now, 1)
