"""A CircuitStore with faults; see tests/support/faults/ports.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.resilience.circuit import Opening
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import CircuitStore, Claim
    from tests.support.faults.ports import Faults


class FaultyCircuits:
    """A CircuitStore with faults. Reads may give the value from before the last write."""

    def __init__(self, inner: CircuitStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults
        self._before: dict[OriginAddress, tuple[float | None, float]] = {}

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        before, until = self._before.get(origin, (None, 0.0))
        if self._faults.now() < until and self._faults.draw("read circuit", "old"):
            return before
        return self._faults.befall("read circuit", lambda: self._inner.read(origin))

    def open(self, origin: OriginAddress, *, until: float, opening: Opening, deadline: Deadline | None = None) -> None:
        self._remember(origin)
        self._faults.befall("open circuit", lambda: self._inner.open(origin, until=until, opening=opening))

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        self._remember(origin)
        return self._faults.befall("claim", lambda: self._inner.claim(origin, owner=owner, now=now, until=until))

    def succeed(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> bool:
        self._remember(origin)
        return self._faults.befall("succeed", lambda: self._inner.succeed(origin, owner=owner))

    def give_back(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        self._faults.befall("give back claim", lambda: self._inner.give_back(origin, owner=owner))

    def _remember(self, origin: OriginAddress) -> None:
        self._before[origin] = (self._inner.read(origin), self._faults.now() + self._faults.lag)
