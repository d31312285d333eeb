"""Processes that share the circuits of one origin, which goes down and comes back as a test says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.errors import OriginUnreachable
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.resilience.circuit import Opening
    from brine.domain.routing.origin import OriginAddress
    from brine.errors import StoreError
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Claim
    from brine.service.http_cache.answer import Answer

DOWN = OriginUnreachable("refused")
OK = response(cache_control="max-age=60")
PLACE = "/fragile/x"  # three failures without a success, open for ten seconds, no retries


class Counting(MemoryCircuitStore):
    """A store that notes each call, and fails while it has an error."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.error: StoreError | None = None

    def note(self, call: str) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        self.note("read")
        return super().read(origin)

    def open(self, origin: OriginAddress, *, until: float, opening: Opening, deadline: Deadline | None = None) -> None:
        self.note("open")
        super().open(origin, until=until, opening=opening)

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        self.note("claim")
        return super().claim(origin, owner=owner, now=now, until=until)

    def succeed(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> bool:
        self.note("succeed")
        return super().succeed(origin, owner=owner)

    def give_back(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        self.note("give back")
        super().give_back(origin, owner=owner)


class Fleet:
    """Processes that share the table, the circuits and an origin that answers as `outcome` says."""

    def __init__(self, size: int = 1) -> None:
        self.circuits = Counting()
        self.outcome: Outcome = DOWN
        self.origin = MemoryOrigin(lambda _address, _request: self.outcome)
        items = MemoryItemStore()
        leases, stamps = MemoryLeaseStore(items), MemoryStampStore(items)
        self.processes = [World(items=items, leases=leases, stamps=stamps, circuits=self.circuits) for _ in range(size)]
        for world in self.processes:
            world.origin = self.origin
            world.restart()

    def pass_time(self, seconds: float) -> None:
        for world in self.processes:
            world.now += seconds

    def ask(self, process: int = 0, path: str = PLACE, method: str = "GET") -> Answer:
        return self.processes[process].ask(path, method)

    def break_down(self) -> None:
        """The first process opens the circuit."""
        self.outcome = DOWN
        for _ in range(3):
            assert self.ask().problem == "origin-unreachable"

    @property
    def asked(self) -> int:
        """The number of the origin's requests since the last time."""
        asked = len(self.origin.requests)
        self.origin.requests.clear()
        return asked
