"""When the work on a request must be over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time on a monotonic clock, in seconds, after which no work is worth doing."""

    at: float
    clock: Callable[[], float]

    def remaining(self) -> float:
        """Seconds left; never below 0."""
        return max(0.0, self.at - self.clock())

    def within(self, seconds: float, *, reserve: float = 0.0) -> Deadline:
        """The deadline of a part of the work: `reserve` seconds before this one, and at most `seconds` from now."""
        return Deadline(min(self.at - reserve, self.clock() + seconds), self.clock)
