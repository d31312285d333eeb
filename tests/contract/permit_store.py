"""The behaviour that every PermitStore must have."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from brine.domain.resilience.permits import Permit

if TYPE_CHECKING:
    from brine.ports.caching import PermitStore

NOW = 1_790_000_000.123456
LATER = int(NOW) + 100
CROWD = 12


class PermitStoreContract:
    """Each adapter's tests inherit this once and give the fixture `permits`."""

    @pytest.fixture
    def pk(self) -> str:
        return f"r#{uuid.uuid4().hex}"

    def test_a_free_permit_is_given_out(self, permits: PermitStore, pk: str) -> None:
        permit = Permit(3, "v#a", LATER)
        assert permits.read(pk, [3]) == []
        assert permits.claim(pk, permit, now=NOW) is None
        assert permits.read(pk, [3, 4]) == [permit]

    def test_each_number_and_each_key_has_its_own(self, permits: PermitStore, pk: str) -> None:
        for number, key in ((1, pk), (2, pk), (1, pk + "0")):
            assert permits.claim(key, Permit(number, f"v#{number}{key}", LATER), now=NOW) is None
        found = sorted(permits.read(pk, range(8)), key=lambda permit: permit.number)
        assert found == [Permit(number, f"v#{number}{pk}", LATER) for number in (1, 2)]

    def test_the_permit_of_another_slot_is_refused_and_told(self, permits: PermitStore, pk: str) -> None:
        permits.claim(pk, Permit(3, "v#a", LATER), now=NOW)
        assert permits.claim(pk, Permit(3, "v#b", LATER + 9), now=NOW) == Permit(3, "v#a", LATER)
        assert permits.read(pk, [3]) == [Permit(3, "v#a", LATER)]

    def test_a_slot_may_prolong_its_own(self, permits: PermitStore, pk: str) -> None:
        for until in (LATER, LATER + 50, LATER + 20):
            assert permits.claim(pk, Permit(3, "v#a", until), now=NOW) is None
        assert permits.read(pk, [3]) == [Permit(3, "v#a", LATER + 20)]

    def test_a_permit_whose_time_is_over_is_free(self, permits: PermitStore, pk: str) -> None:
        permits.claim(pk, Permit(3, "v#a", LATER), now=NOW)
        other = Permit(3, "v#b", LATER + 50)
        assert permits.claim(pk, other, now=LATER - 0.5) is not None
        assert permits.claim(pk, other, now=float(LATER)) is None
        assert permits.read(pk, [3]) == [other]

    def test_a_permit_is_taken_over_as_long_as_it_is_the_same(self, permits: PermitStore, pk: str) -> None:
        seen = Permit(3, "v#a", LATER)
        permits.claim(pk, seen, now=NOW)
        renewed = Permit(3, "v#a", LATER + 50)
        permits.claim(pk, renewed, now=NOW)
        other = Permit(3, "v#b", LATER + 60)
        assert permits.claim(pk, other, now=NOW, replaces=seen) == renewed
        assert permits.claim(pk, other, now=NOW, replaces=renewed) is None
        assert permits.claim(pk, other, now=NOW, replaces=renewed) is None, "a repetition has no further effect"
        assert permits.read(pk, [3]) == [other]

    def test_of_a_crowd_one_slot_has_the_permit(self, permits: PermitStore, pk: str) -> None:
        barrier = Barrier(CROWD)

        def claim(slot: int) -> Permit | None:
            barrier.wait(20)
            return permits.claim(pk, Permit(0, f"v#{slot}", LATER), now=NOW)

        with ThreadPoolExecutor(CROWD) as threads:
            holders = list(threads.map(claim, range(CROWD)))
        (held,) = permits.read(pk, [0])
        assert [holder for holder in holders if holder is not None] == [held] * (CROWD - 1)
