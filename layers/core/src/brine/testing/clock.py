"""The clock of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.durations import duration_seconds

if TYPE_CHECKING:
    from brine.domain.durations import Duration

START: Final = 1_800_000_000.0
"""The time of a new clock, in seconds since 1970: in January 2027."""


class Clock:
    """A clock that stands still until the test advances it. `now`: seconds since 1970."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def advance(self, duration: Duration) -> None:
        """Let time pass: seconds, "5m" or a timedelta."""
        self.now += duration_seconds(duration)
