"""Permits for variants: how many calls they take, and the rare orders of two claims."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.permits import MemoryPermitStore
from brine.adapters.memory.stores import MemoryItemStore
from brine.domain.resilience.permits import CANDIDATES, REPLACED, Permit, candidate_permits
from brine.ports.caching import Item
from brine.service.http_cache.variant_limit import VariantLimit
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from brine.ports.deadline import Deadline

NOW, LATER = 1_000.5, 2_000
PK, SLOT = "r#1", "v#new"
COUNT = 255
CANDIDATES_OF_SLOT = candidate_permits(SLOT, COUNT)


class Counting(MemoryPermitStore):
    """Permits with the calls that are made, and something that may happen before one."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.before: dict[int, Callable[[], object]] = {}  # by number of the call

    def claim(
        self,
        pk: str,
        permit: Permit,
        *,
        now: float,
        replaces: Permit | None = None,
        deadline: Deadline | None = None,
    ) -> Permit | None:
        self._call("claim")
        return super().claim(pk, permit, now=now, replaces=replaces)

    def read(self, pk: str, numbers: Collection[int], *, deadline: Deadline | None = None) -> list[Permit]:
        self._call("read")
        return super().read(pk, numbers)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        self.before.pop(len(self.calls), lambda: None)()


@dataclass
class Table:
    """A table with permits, some of which are taken."""

    permits: Counting = field(default_factory=Counting)
    items: MemoryItemStore = field(default_factory=MemoryItemStore)
    trace: Trace = field(default_factory=lambda: Trace(NOW))

    def take(self, *numbers: int, slot: str = "v#old", until: int = LATER) -> None:
        for number in numbers:
            self.permits.permits[PK, number] = Permit(number, f"{slot}{number}", until)

    def admits(self, draw: float = 0.0, count: int = COUNT) -> bool:
        limit = VariantLimit(self.permits, self.items, lambda: draw)
        return limit.admits(PK, SLOT, count=count, evict_at=LATER + 500, trace=self.trace)

    @property
    def holder(self) -> list[int]:
        """The numbers of the permits that the new slot has."""
        return [number for (_, number), permit in self.permits.permits.items() if permit.slot == SLOT]


def test_a_variant_takes_its_first_permit_with_one_call() -> None:
    table = Table()
    assert table.admits()
    assert (table.holder, table.permits.calls) == ([CANDIDATES_OF_SLOT[0]], ["claim"])


def test_if_that_is_taken_the_next_free_one_takes_three() -> None:
    table = Table()
    table.take(*CANDIDATES_OF_SLOT[:4])
    table.take(CANDIDATES_OF_SLOT[4], until=int(NOW) - 10)
    assert table.admits()
    assert (table.holder, table.permits.calls) == ([CANDIDATES_OF_SLOT[4]], ["claim", "read", "claim"])


def test_a_variant_that_has_a_permit_prolongs_it_and_takes_no_other() -> None:
    table = Table()
    table.take(CANDIDATES_OF_SLOT[0])
    assert table.admits()
    table.take(CANDIDATES_OF_SLOT[2], until=int(NOW) - 10)
    assert table.admits()
    assert table.holder == [CANDIDATES_OF_SLOT[1]]


def test_if_another_variant_is_faster_the_one_after_is_taken() -> None:
    table = Table()
    table.take(CANDIDATES_OF_SLOT[0])
    table.permits.before[3] = lambda: table.take(CANDIDATES_OF_SLOT[1])
    assert table.admits()
    assert table.holder == [CANDIDATES_OF_SLOT[2]]


@pytest.mark.parametrize(("draw", "is_admitted"), [(0.0, True), (REPLACED - 0.01, True), (REPLACED, False)])
def test_if_all_are_taken_chance_decides_whether_the_one_that_ends_first_is_replaced(
    draw: float, is_admitted: bool
) -> None:
    table = Table()
    first = CANDIDATES_OF_SLOT[5]
    table.take(*CANDIDATES_OF_SLOT)
    table.take(first, until=LATER - 1)
    table.items.items[PK, f"v#old{first}"] = Item(envelope=b"a variant", evict_at=LATER - 1, generation=7)
    assert table.admits(draw) == is_admitted
    assert table.holder == ([first] if is_admitted else [])
    assert (table.items.items[PK, f"v#old{first}"].envelope == b"") == is_admitted
    assert list(map(str, table.trace.faults)) == ([] if is_admitted else ["variants-capped"])


def test_a_variant_that_is_renewed_meanwhile_is_not_replaced() -> None:
    table = Table()
    table.take(*CANDIDATES_OF_SLOT)
    table.permits.before[3] = lambda: table.take(*CANDIDATES_OF_SLOT, until=LATER + 7)
    assert not table.admits()
    assert (table.holder, table.items.items) == ([], {})


def test_one_permit_is_enough_for_a_limit() -> None:
    table = Table()
    table.take(0)
    assert not table.admits(draw=1.0, count=1)
    assert table.permits.calls == ["claim"]
    assert table.admits(count=1)
    assert table.holder == [0]


def test_the_slot_of_these_tests_has_as_many_candidates_as_can_be() -> None:
    assert len(CANDIDATES_OF_SLOT) == CANDIDATES
