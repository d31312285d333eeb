"""The behaviour that every CircuitStore must have."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from brine.domain.routing.origin import OriginAddress

if TYPE_CHECKING:
    from brine.ports.origins import CircuitStore

NOW = 1_790_000_000.123456
CROWD = 16


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
        circuits.open(origin, until=NOW + 30.5)
        assert circuits.read(origin) == NOW + 30.5
        circuits.open(origin, until=NOW)
        assert circuits.read(origin) == NOW

    def test_scheme_host_and_port_make_an_origin(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        others = [
            OriginAddress(scheme="http", host=origin.host, port=80),
            OriginAddress(scheme="https", host=origin.host, port=8443),
            OriginAddress(scheme="https", host=f"a.{origin.host}", port=443),
        ]
        circuits.open(origin, until=NOW)
        assert [circuits.read(other) for other in others] == [None] * 3

    def test_a_circuit_is_not_claimed_before_its_time_is_over(
        self, circuits: CircuitStore, origin: OriginAddress
    ) -> None:
        circuits.open(origin, until=NOW + 30)
        assert circuits.claim(origin, owner="a", now=NOW + 29.9, until=NOW + 40) == "held"
        assert circuits.read(origin) == NOW + 30
        assert circuits.claim(origin, owner="a", now=NOW + 30, until=NOW + 40) == "taken"

    def test_one_claim_is_good_until_its_own_time_is_over(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW)
        assert circuits.claim(origin, owner="a", now=NOW, until=NOW + 5) == "taken"
        assert circuits.read(origin) == NOW + 5
        assert circuits.claim(origin, owner="b", now=NOW + 4.9, until=NOW + 10) == "held"
        assert circuits.claim(origin, owner="b", now=NOW + 5, until=NOW + 10) == "taken"
        assert circuits.read(origin) == NOW + 10

    def test_an_owner_finds_its_own_claim(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW)
        assert [circuits.claim(origin, owner="a", now=NOW, until=NOW + 5) for _ in range(2)] == ["taken"] * 2

    def test_the_owner_of_the_claim_closes_the_circuit(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW)
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        for _ in range(2):
            circuits.close(origin, owner="a")
            assert circuits.read(origin) is None

    def test_a_late_owner_does_not_close_the_circuit(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW)
        circuits.claim(origin, owner="a", now=NOW, until=NOW + 5)
        circuits.claim(origin, owner="b", now=NOW + 5, until=NOW + 10)
        circuits.close(origin, owner="a")
        assert circuits.read(origin) == NOW + 10
        circuits.open(origin, until=NOW + 20)
        circuits.close(origin, owner="b")
        assert circuits.read(origin) == NOW + 20

    def test_of_many_at_once_one_has_the_claim(self, circuits: CircuitStore, origin: OriginAddress) -> None:
        circuits.open(origin, until=NOW)
        start = Barrier(CROWD)

        def claim(number: int) -> str:
            start.wait(10)
            return circuits.claim(origin, owner=str(number), now=NOW, until=NOW + 5)

        with ThreadPoolExecutor(CROWD) as threads:
            claims = sorted(threads.map(claim, range(CROWD)))
        assert claims == ["held"] * (CROWD - 1) + ["taken"]
