"""A clock that is set back does not let a caller wait longer than its own deadline, which is on another clock."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.ports.deadline import Deadline
from brine.service.flights.leasing import Polling
from brine.service.flights.succession import StoreCall, Wait
from brine.service.flights.turns import GiveUp
from brine.service.single_flight import SingleFlight
from brine.service.stores.leases import Leases
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from brine.service.flights.turns import Turn

START = 1_790_000_000.0
KEY = "r#key"


@pytest.mark.parametrize("is_here", [True, False], ids=["in this process", "in another process"])
def test_a_caller_ends_its_wait_by_its_deadline_although_the_clock_was_set_back(is_here: bool) -> None:
    wall, passed = [START], [0.0]
    leases = MemoryLeaseStore(MemoryItemStore())
    flights = SingleFlight(leases=Leases(leases), clock=lambda: wall[0], polling=Polling(random=lambda: 1.0))
    if is_here:
        flights.in_flight.join(KEY)
    else:
        leases.acquire(KEY, owner="other", now=START, expires_at=START + 100_000)
    taking = flights.taking(
        KEY,
        lease_seconds=lambda: 10.0,
        wait_seconds=9.0,
        has_stale=False,
        may_store=lambda: True,
        trace=Trace(START, Deadline(9.3, lambda: passed[0])),
    )
    steps, result = taking.steps(), None
    turn: Turn | None = None
    try:
        for number in count():
            assert passed[0] < 10.0, "it waits longer than it can"
            step, result = steps.send(result), None
            if isinstance(step, StoreCall):
                result = step.call()
                continue
            seconds = step.seconds
            passed[0] += seconds if not isinstance(step, Wait) else max(seconds, 0.01)
            wall[0] += seconds if number != 5 else -3600.0
    except StopIteration as end:
        turn = end.value
    assert turn == GiveUp()
