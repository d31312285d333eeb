"""Circuits on a store that is throttled, slow, behind, or loses answers; the origin goes down and comes back."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.errors import OriginUnreachable
from brine.service.origins.circuits import PROBE_MARGIN
from tests.support.faults.circuits import FaultyCircuits
from tests.support.faults.ports import Faults
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.memory.origin import Outcome
    from tests.support.faults.ports import Fault

ALL: Mapping[Fault, float] = {"throttled": 0.1, "unavailable": 0.1, "slow": 0.1, "twice": 0.1, "lost": 0.1, "old": 0.1}
OPEN_FOR = 10.0  # the route's
TIMEOUT = 20.0
UP, DOWN = response(200, b"well", cache_control="no-store"), OriginUnreachable("refused")


class Storm:
    """Three processes on one faulty store of circuits."""

    def __init__(self, chances: Mapping[Fault, float], seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a run that can be had again
        self.outcome: Outcome = UP
        self.origin = MemoryOrigin(lambda _address, _request: self.outcome)
        self.faults = Faults(
            random=self.random, chances=chances, now=lambda: self.worlds[0].now, advance=self.pass_time, delay=1.0
        )
        circuits = FaultyCircuits(MemoryCircuitStore(), self.faults)
        items = MemoryItemStore()
        leases, stamps = MemoryLeaseStore(items), MemoryStampStore(items)
        self.worlds = [World(items=items, leases=leases, stamps=stamps, circuits=circuits) for _ in range(3)]
        for world in self.worlds:
            world.origin = self.origin
            world.restart()

    def pass_time(self, seconds: float) -> None:
        for world in self.worlds:
            world.now += seconds

    def ask(self) -> str:
        answer = self.random.choice(self.worlds).ask("/fragile/x")
        assert (answer.response.body == b"well") is (answer.problem is None)
        return answer.problem or "well"

    def asked(self) -> int:
        asked = len(self.origin.requests)
        self.origin.requests.clear()
        return asked


@pytest.mark.slow
def test_after_any_store_fault_a_healthy_origin_is_asked_again() -> None:
    befallen = set()
    for seed in range(100):
        storm = Storm(ALL, seed)
        for _ in range(100):
            storm.outcome = UP if storm.random.random() < 0.1 else DOWN
            expected = {"well"} if storm.outcome is UP else {"origin-unreachable"}
            assert storm.ask() in expected | {"origin-circuit-open"}
            storm.pass_time(0.5)
        befallen |= {call for call, _ in storm.faults.injected}
        storm.faults.chances, storm.outcome = {}, UP
        storm.pass_time(OPEN_FOR + TIMEOUT + PROBE_MARGIN)  # even if one died probing
        assert {storm.ask() for _ in range(20)} == {"well"}
    assert befallen == {"read circuit", "open circuit", "claim", "succeed"}


@pytest.mark.parametrize("seed", range(10))
def test_a_store_that_is_well_spares_an_origin_that_is_not(seed: int) -> None:
    storm = Storm({}, seed)
    storm.outcome = DOWN
    for _ in range(600):
        storm.ask()
        storm.pass_time(0.1)
    # One a process until it hears of it, three in one of them, and a probe each time that the circuit is half open
    assert storm.asked() <= 2 * 2 + 3 + 60 / OPEN_FOR
