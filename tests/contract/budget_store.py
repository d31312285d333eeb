"""The behaviour that every BudgetStore must have."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from brine.domain.resilience.budget_ledger import EvenChange, Ledger, Meter, MeterChange, Take

if TYPE_CHECKING:
    from typing import Protocol

    from brine.ports.admin import BudgetLedgers
    from brine.ports.origins import BudgetStore

    class WithLedgers(BudgetStore, BudgetLedgers, Protocol):
        """A store that tells operators the ledgers too."""


NOW = 1_790_000_000.123456
SLOT = 0x471D_ADD0
EVICT_AT = int(NOW) + 900
CROWD = 16


def take(name: str = "a", units: int = 4, **members: object) -> Take:
    """A reservation of units in one slot. `members`: other members of the change of requests."""
    change = MeterChange(**{"added": units, "at_most": 1000, "slots": {SLOT: units}, **members})  # type: ignore[arg-type]
    return Take(name=name, now=NOW, evict_at=int(NOW) + 120, requests=change)


class BudgetStoreContract:
    """Each adapter's tests inherit this once and give the fixture `budgets`."""

    @pytest.fixture
    def key(self) -> str:
        return f"https://{uuid.uuid4().hex}.test"

    def test_the_first_reservation_begins_a_ledger(self, budgets: BudgetStore, key: str) -> None:
        accepted, ledger = budgets.take(key, take("first"))
        assert accepted
        assert ledger == Ledger(requests=Meter(4, 0, {SLOT: 4}), last_take="first")

    def test_operators_see_the_ledger(self, budgets: WithLedgers, key: str) -> None:
        assert budgets.ledger(key) is None
        _, ledger = budgets.take(key, take("first"))
        assert budgets.ledger(key) == ledger

    def test_reservations_add_up_slot_by_slot(self, budgets: BudgetStore, key: str) -> None:
        budgets.take(key, take("a"))
        budgets.take(key, take("b", 3))
        accepted, ledger = budgets.take(key, take("c", 2, slots={SLOT: -4, SLOT - 1: 1, SLOT + 1: 5}))
        assert accepted
        assert ledger.requests == Meter(9, 0, {SLOT - 1: 1, SLOT: 3, SLOT + 1: 5})

    def test_a_refusal_tells_the_ledger_and_changes_nothing(self, budgets: BudgetStore, key: str) -> None:
        _, before = budgets.take(key, take("a"))
        assert budgets.take(key, take("b", at_most=3)) == (False, before)
        accepted, after = budgets.take(key, take("c", at_most=4))
        assert accepted
        assert after.requests.total == 8

    def test_a_first_reservation_may_be_refused_too(self, budgets: BudgetStore, key: str) -> None:
        budgets.raise_time(key, "paused_until", NOW + 1, evict_at=EVICT_AT)
        assert budgets.take(key, take()) == (False, Ledger(paused_until=NOW + 1))

    def test_a_repeated_reservation_counts_once(self, budgets: BudgetStore, key: str) -> None:
        assert [budgets.take(key, take("a"))[1].requests.total for _ in range(2)] == [4, 4]

    def test_settled_slots_are_removed_if_they_are_as_they_are_known(self, budgets: BudgetStore, key: str) -> None:
        _, before = budgets.take(key, take("a", slots={SLOT: 3, SLOT - 9: 1}))
        for known in ({SLOT - 9: 2}, {SLOT - 8: 1}):
            assert budgets.take(key, take("b", removed=known)) == (False, before)
        accepted, after = budgets.take(key, take("c", removed={SLOT - 9: 1}))
        assert accepted
        assert after.requests == Meter(8, 1, {SLOT: 7})

    def test_refreshes_have_a_meter_of_their_own(self, budgets: BudgetStore, key: str) -> None:
        of_refresh = replace(take("a"), refreshes=MeterChange(added=4, at_most=0, slots={SLOT: 4}))
        accepted, ledger = budgets.take(key, of_refresh)
        assert accepted
        assert (ledger.requests, ledger.refreshes) == (Meter(4, 0, {SLOT: 4}), Meter(4, 0, {SLOT: 4}))
        assert budgets.take(key, replace(of_refresh, name="b")) == (False, ledger)
        removed = MeterChange(added=1, at_most=4, slots={SLOT + 1: 1}, removed={SLOT: 4})
        _, ledger = budgets.take(key, replace(take("c", 1), refreshes=removed))
        assert (ledger.requests.total, ledger.refreshes) == (5, Meter(5, 4, {SLOT + 1: 1}))

    def test_the_even_time_is_set_or_grows(self, budgets: BudgetStore, key: str) -> None:
        begun = EvenChange(at_most=NOW, until=NOW + 0.1)
        _, ledger = budgets.take(key, replace(take("a"), even=begun))
        assert ledger.even_until == NOW + 0.1
        assert budgets.take(key, replace(take("b"), even=begun)) == (False, ledger)
        grown = EvenChange(at_most=NOW + 0.1, added=0.4)
        accepted, after = budgets.take(key, replace(take("c"), even=grown))
        assert accepted
        assert after.even_until == pytest.approx(NOW + 0.5)
        assert not budgets.take(key, replace(take("d"), even=grown))[0]

    def test_a_pause_holds_until_its_time_is_over(self, budgets: BudgetStore, key: str) -> None:
        for until in (NOW + 30.5, NOW + 2):  # the second one is earlier, and changes nothing
            budgets.raise_time(key, "paused_until", until, evict_at=EVICT_AT)
        assert budgets.take(key, take()) == (False, Ledger(paused_until=NOW + 30.5))
        accepted, ledger = budgets.take(key, replace(take(), now=NOW + 30.5))
        assert accepted
        assert ledger.paused_until == NOW + 30.5

    def test_times_and_caps_are_kept(self, budgets: BudgetStore, key: str) -> None:
        budgets.raise_time(key, "refresh_wanted", NOW, evict_at=EVICT_AT)
        budgets.cap(key, total=7, until=NOW + 9.5, evict_at=EVICT_AT)
        budgets.cap(key, total=12, until=NOW + 8.5, evict_at=EVICT_AT)
        budgets.take(key, take("first"))
        accepted, ledger = budgets.take(key, take("second"))
        assert accepted
        assert (ledger.refresh_wanted, ledger.cap, ledger.capped_until) == (NOW, 12, NOW + 8.5)

    def test_no_reservation_is_made_at_the_cap(self, budgets: BudgetStore, key: str) -> None:
        budgets.take(key, take("a"))
        budgets.cap(key, total=5, until=NOW + 9, evict_at=EVICT_AT)
        accepted, ledger = budgets.take(key, take("b"))
        assert accepted  # the total was below the cap
        assert budgets.take(key, take("c")) == (False, ledger)
        assert budgets.take(key, replace(take("c"), now=NOW + 9))[0]

    def test_budgets_are_apart(self, budgets: BudgetStore, key: str) -> None:
        budgets.take(key, take())
        assert budgets.take(f"{key}\ntenant", take("b"))[1].requests.total == 4

    def test_of_many_at_once_as_many_are_accepted_as_there_is_room_for(self, budgets: BudgetStore, key: str) -> None:
        start = Barrier(CROWD)

        def reserve(number: int) -> bool:
            start.wait(10)
            return budgets.take(key, take(str(number), at_most=16))[0]

        with ThreadPoolExecutor(CROWD) as threads:
            accepted = list(threads.map(reserve, range(CROWD)))
        assert sum(accepted) == 5  # the fifth one finds sixteen units
        _, ledger = budgets.take(key, take("last", at_most=-1))
        assert ledger.requests == Meter(20, 0, {SLOT: 20})
