"""The circuits of origins in memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim


class MemoryCircuitStore:
    """The CircuitStore port on a dictionary. `circuits` has the end of each open time, and the owner of the claim."""

    def __init__(self) -> None:
        self.circuits: dict[OriginAddress, tuple[float, str | None]] = {}
        self._lock = threading.Lock()

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Return until when the circuit is or was open, or None. Every read is consistent."""
        circuit = self.circuits.get(origin)
        return None if circuit is None else circuit[0]

    def open(self, origin: OriginAddress, *, until: float, deadline: Deadline | None = None) -> None:
        """Open the circuit, and drop any claim."""
        with self._lock:
            self.circuits[origin] = (until, None)

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """Claim the probe if the open time is over and no other owner has it."""
        with self._lock:
            circuit = self.circuits.get(origin)
            if circuit is None:
                return "closed"
            open_until, holder = circuit
            if open_until > now:
                return "taken" if holder == owner else "held"
            self.circuits[origin] = (until, owner)
            return "taken"

    def close(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Close the circuit if the last claim is this owner's."""
        with self._lock:
            circuit = self.circuits.get(origin)
            if circuit is not None and circuit[1] == owner:
                del self.circuits[origin]
