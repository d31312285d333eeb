"""Exponential back-off with jitter: the waits between attempts, and between looks at a lease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MOST_DOUBLINGS: Final = 60  # more than any wait needs, and few enough for a float


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits in seconds. Their upper bound begins with `first`, doubles with each wait, and stays at `longest`.

    The lower bound is the part `least` of the upper one: 0 for attempts that must spread out ("full jitter").
    """

    first: float
    longest: float
    least: float = 0.0

    def wait(self, number: int, chance: float) -> float:
        """Return the seconds of wait `number`, counted from 0. `chance` in [0, 1) picks it between the bounds."""
        upper: float = min(self.longest, self.first * 2.0 ** min(number, _MOST_DOUBLINGS))
        return upper * (self.least + chance * (1 - self.least))
