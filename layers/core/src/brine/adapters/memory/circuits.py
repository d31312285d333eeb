"""The circuits of origins in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.domain.resilience.circuit import PROBES

if TYPE_CHECKING:
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim


@dataclass(slots=True)
class MemoryCircuit:
    """A circuit that is not closed. `stage`: the number of its probes. `owners`, `succeeded`: of the claimed ones."""

    open_until: float
    stage: int = PROBES[0]
    owners: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    probes_until: float = 0.0


class MemoryCircuitStore:
    """The CircuitStore port on a dictionary, `circuits`."""

    def __init__(self) -> None:
        self.circuits: dict[OriginAddress, MemoryCircuit] = {}
        self._lock = threading.Lock()

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Return until when the circuit is or was open, or None. Every read is consistent."""
        circuit = self.circuits.get(origin)
        return None if circuit is None else circuit.open_until

    def open(self, origin: OriginAddress, *, until: float, deadline: Deadline | None = None) -> None:
        """Open the circuit, and drop all claims."""
        with self._lock:
            self.circuits[origin] = MemoryCircuit(until)

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """Claim a probe if the open time is over and the stage has one left."""
        with self._lock:
            circuit = self.circuits.get(origin)
            if circuit is None:
                return "closed"
            if owner in circuit.owners:
                return "taken"
            if circuit.open_until > now:
                return "held"
            if len(circuit.owners) >= circuit.stage:
                if circuit.probes_until > now:
                    return "held"
                circuit.owners, circuit.succeeded = set(), set()
            circuit.owners.add(owner)
            circuit.probes_until = until
            return "taken"

    def succeed(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> bool:
        """Note a success; begin the next stage, or close the circuit, after the last one."""
        with self._lock:
            circuit = self.circuits.get(origin)
            if circuit is None or owner not in circuit.owners:
                return circuit is None
            circuit.succeeded.add(owner)
            if len(circuit.succeeded) < circuit.stage:
                return False
            if circuit.stage == PROBES[-1]:
                del self.circuits[origin]
                return True
            self.circuits[origin] = MemoryCircuit(circuit.open_until, circuit.stage * 2)
            return False

    def give_back(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Give a claim back."""
        with self._lock:
            circuit = self.circuits.get(origin)
            if circuit is not None:
                circuit.owners.discard(owner)
