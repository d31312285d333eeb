"""The time by which the work on a request must end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time on a monotonic clock, in seconds. Work on the request must end by then."""

    at: float
    clock: Callable[[], float]

    def remaining(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.at - self.clock())

    def within(self, seconds: float, *, reserve: float = 0.0) -> Deadline:
        """Return the deadline of a step: `reserve` seconds before this one, and at most `seconds` from now."""
        return Deadline(min(self.at - reserve, self.clock() + seconds), self.clock)
