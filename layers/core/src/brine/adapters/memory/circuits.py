"""The circuits of origins in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.domain.resilience.circuit import PROBES
from brine.domain.resilience.circuit_state import CircuitState

if TYPE_CHECKING:
    from brine.domain.resilience.circuit import Opening
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim


@dataclass(slots=True)
class MemoryCircuit:
    """A circuit that is not closed. `stage`: the number of its probes. `owners`, `succeeded`: of the claimed ones."""

    open_until: float
    opening: Opening
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

    def state(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> CircuitState | None:
        """Return the state of the circuit, or None. This is the CircuitStates port."""
        with self._lock:
            circuit = self.circuits.get(origin)
            if circuit is None:
                return None
            return CircuitState(
                open_until=circuit.open_until,
                opening=circuit.opening,
                probes=circuit.stage,
                claimed=len(circuit.owners),
                succeeded=len(circuit.succeeded),
            )

    def open(self, origin: OriginAddress, *, until: float, opening: Opening, deadline: Deadline | None = None) -> None:
        """Open the circuit, and drop all claims."""
        with self._lock:
            self.circuits[origin] = MemoryCircuit(until, opening)

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
            self.circuits[origin] = MemoryCircuit(circuit.open_until, circuit.opening, circuit.stage * 2)
            return False

    def give_back(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Give a claim back."""
        with self._lock:
            circuit = self.circuits.get(origin)
            if circuit is not None:
                circuit.owners.discard(owner)
