"""The behaviour that every CircuitStore must have."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from brine.domain.resilience.circuit import PROBES, Opening
from brine.domain.resilience.circuit_state import CircuitState
from brine.domain.routing.origin import OriginAddress

if TYPE_CHECKING:
    from typing import Protocol

    from brine.ports.admin import CircuitStates
    from brine.ports.origins import CircuitStore

    class WithStates(CircuitStore, CircuitStates, Protocol):
        """A store that tells operators the states too."""


NOW = 1_790_000_000.123456
CROWD = 16
OPENING = Opening(NOW - 30.25, 7, 10)


class CircuitStoreContract:
    """Each adapter's tests inherit this once and give the fixture `circuits`."""

    @pytest.fixture
    def origin(self) -> OriginAddress:
        return OriginAddress(scheme="https", host=f"{uuid.uuid4().hex}.test", port=443)

    def test_a_circuit_is_closed_to_begin_with(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        assert circuits.read(origin) is None
        assert circuits.claim(origin, owner="a", now=NOW, until=NOW + 5) == "closed"
        assert circuits.read(origin) is None

    def test_it_is_open_until_it_is_said(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW + 30.5, opening=OPENING)
        assert circuits.read(origin) == NOW + 30.5
        circuits.open(origin, until=NOW, opening=OPENING)
        assert circuits.read(origin) == NOW

    def test_operators_see_its_opening_and_its_probes(self, circuits: WithStates, origin: OriginAddress) -> None:
        assert circuits.state(origin) is None
        circuits.open(origin, until=NOW, opening=OPENING)
        opened = CircuitState(open_until=NOW, opening=OPENING)
        assert circuits.state(origin) == opened
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        assert circuits.state(origin) == replace(opened, claimed=1)
        circuits.succeed(origin, owner="a")
        circuits.claim(origin, owner="b", now=NOW, until=NOW + 5)
        circuits.claim(origin, owner="c", now=NOW, until=NOW + 5)
        circuits.succeed(origin, owner="c")
        assert circuits.state(origin) == replace(opened, probes=2, claimed=2, succeeded=1)

    def test_scheme_host_and_port_make_an_origin(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        others = [
            OriginAddress(scheme="http", host=origin.host, port=80),
            OriginAddress(scheme="https", host=origin.host, port=8443),
            OriginAddress(scheme="https", host=f"a.{origin.host}", port=443),
        ]
        circuits.open(origin, until=NOW, opening=OPENING)
        assert [circuits.read(other) for other in others] == [None] * 3

    def test_a_circuit_is_not_claimed_before_its_time_is_over(
        self, circuits: CircuitStore, origin: OriginAddress
    ) -> None:
        circuits.open(origin, until=NOW + 30, opening=OPENING)
        assert circuits.claim(origin, owner="a", now=NOW + 29.9, until=NOW + 40) == "held"
        assert circuits.read(origin) == NOW + 30
        assert circuits.claim(origin, owner="a", now=NOW + 30, until=NOW + 40) == "taken"

    def test_one_probe_is_made_at_first(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        assert circuits.claim(origin, owner="a", now=NOW, until=NOW + 5) == "taken"
        assert circuits.claim(origin, owner="b", now=NOW + 4.9, until=NOW + 10) == "held"
        assert circuits.read(origin) == NOW

    def test_a_stage_begins_anew_when_its_probes_do_not_end(
        self, circuits: CircuitStore, origin: OriginAddress
    ) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        assert circuits.claim(origin, owner="b", now=NOW + 5, until=NOW + 10) == "taken"
        assert circuits.claim(origin, owner="c", now=NOW + 9.9, until=NOW + 20) == "held"
        assert circuits.succeed(origin, owner="a") is False  # too late: it counts no more
        assert circuits.claim(origin, owner="c", now=NOW + 9.9, until=NOW + 20) == "held"

    def test_an_owner_finds_its_own_claim(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        assert [circuits.claim(origin, owner="a", now=NOW, until=NOW + 5) for _ in range(2)] == ["taken"] * 2

    def test_probes_grow_until_the_circuit_is_closed(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        for stage in PROBES:
            owners = [f"{stage}-{number}" for number in range(stage)]
            claims = [circuits.claim(origin, owner=owner, now=NOW, until=NOW + 5) for owner in [*owners, "more"]]
            assert claims == ["taken"] * stage + ["held"]
            closed = [circuits.succeed(origin, owner=owner) for owner in owners]
            assert closed == [False] * (stage - 1) + [stage == PROBES[-1]]
        assert circuits.read(origin) is None
        assert circuits.claim(origin, owner="z", now=NOW, until=NOW + 5) == "closed"

    def test_a_success_counts_once(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        circuits.succeed(origin, owner="a")
        for owner in "bc":
            circuits.claim(origin, owner=owner, now=NOW, until=NOW + 5)
        for _ in range(3):
            assert circuits.succeed(origin, owner="b") is False
        assert circuits.claim(origin, owner="d", now=NOW, until=NOW + 5) == "held"
        circuits.succeed(origin, owner="c")
        assert circuits.claim(origin, owner="d", now=NOW, until=NOW + 5) == "taken"

    def test_a_claim_that_is_given_back_is_left_to_another(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.give_back(origin, owner="a")
        circuits.open(origin, until=NOW, opening=OPENING)
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        circuits.give_back(origin, owner="b")
        assert circuits.claim(origin, owner="b", now=NOW, until=NOW + 5) == "held"
        circuits.give_back(origin, owner="a")
        assert circuits.claim(origin, owner="b", now=NOW, until=NOW + 5) == "taken"
        assert circuits.succeed(origin, owner="a") is False

    def test_a_late_owner_does_not_close_the_circuit(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        assert circuits.succeed(origin, owner="a") is True  # there is nothing to close
        circuits.open(origin, until=NOW, opening=OPENING)
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        circuits.open(origin, until=NOW + 20, opening=OPENING)
        assert circuits.succeed(origin, owner="a") is False
        assert circuits.read(origin) == NOW + 20
        assert circuits.claim(origin, owner="b", now=NOW + 19, until=NOW + 30) == "held"
        assert circuits.claim(origin, owner="b", now=NOW + 20, until=NOW + 30) == "taken"

    def test_of_many_at_once_one_has_the_claim(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        start = Barrier(CROWD)

        def claim(number: int) -> str:
            start.wait(10)
            return circuits.claim(origin, owner=str(number), now=NOW, until=NOW + 5)

        with ThreadPoolExecutor(CROWD) as threads:
            claims = sorted(threads.map(claim, range(CROWD)))
        assert claims == ["held"] * (CROWD - 1) + ["taken"]

    def test_of_many_at_once_as_many_probe_as_the_stage_has(
        self, circuits: CircuitStore, origin: OriginAddress
    ) -> None:
        circuits.open(origin, until=NOW, opening=OPENING)
        circuits.claim(origin, owner="first", now=NOW, until=NOW + 5)
        circuits.succeed(origin, owner="first")
        start = Barrier(CROWD)

        def probe(number: int) -> str:
            start.wait(10)
            claim = circuits.claim(origin, owner=str(number), now=NOW, until=NOW + 5)
            start.wait(10)
            if claim == "taken":
                circuits.succeed(origin, owner=str(number))
            return claim

        with ThreadPoolExecutor(CROWD) as threads:
            claims = sorted(threads.map(probe, range(CROWD)))
        assert claims == ["held"] * (CROWD - 2) + ["taken"] * 2
        claims = [circuits.claim(origin, owner=f"next-{number}", now=NOW, until=NOW + 5) for number in range(5)]
        assert claims == ["taken"] * 4 + ["held"]
