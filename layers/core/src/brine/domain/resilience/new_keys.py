"""Protection against floods of invented URLs: a limit of new cache keys in a minute for which responses are stored."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class NewKeys:
    """The number of new keys in a minute that began at `since`, in seconds since 1970."""

    since: float = 0.0
    count: int = 0

    def incremented(self, now: float) -> NewKeys:
        """Return the count with one more key at `now`; a new minute if this one ended or the clock was set back."""
        is_within = 0 <= now - self.since < MINUTE
        return NewKeys(self.since, self.count + 1) if is_within else NewKeys(now, 1)
