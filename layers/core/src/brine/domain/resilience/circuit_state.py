"""The state of a circuit that is not closed, as operators see it (brine.domain.resilience.circuit)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from brine.domain.resilience.circuit import needs_probe

if TYPE_CHECKING:
    from brine.domain.resilience.circuit import Opening

type CircuitStage = Literal["closed", "half-open", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitState:
    """A circuit with an entry in the table. Times are in seconds since 1970.

    opening: the requests that opened it. probes: the number of probes of the present stage, once it is half open.
    claimed, succeeded: how many of them were begun, and how many have succeeded.
    """

    open_until: float
    opening: Opening
    probes: int = 1
    claimed: int = 0
    succeeded: int = 0

    def stage(self, now: float) -> CircuitStage:
        """Return the stage of the circuit at `now`. Without probes for PROBE_WINDOW, it counts as closed."""
        if now < self.open_until:
            return "open"
        return "half-open" if self.claimed or needs_probe(self.open_until, now) else "closed"
