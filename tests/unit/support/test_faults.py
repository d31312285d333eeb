from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.memory.stores import MemoryBodyStore, MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.domain.http.messages import Request, Response
from brine.domain.purging.stamps import Stamp
from brine.domain.refreshing.request import RefreshRequest
from brine.domain.resilience.circuit import Opening
from brine.domain.routing.origin import OriginAddress
from brine.errors import OriginTimeout, OriginUnreachable, StoreError, StoreThrottled, StoreUnavailable
from brine.ports.caching import Held, Item, Lease
from brine.ports.deadline import Deadline
from tests.support.faults.circuits import FaultyCircuits
from tests.support.faults.ports import (
    Faults,
    FaultyBodies,
    FaultyItems,
    FaultyLeases,
    FaultyOrigin,
    FaultyQueue,
    FaultyStamps,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.faults.ports import Fault

A = Item(envelope=b"a", evict_at=1)
B = Item(envelope=b"b", evict_at=2)
ADDRESS = OriginAddress(scheme="http", host="origin.test", port=80)


class Bench:
    """Each port in memory, and with faults in front; a clock."""

    def __init__(self, chances: Mapping[Fault, float], seed: int = 1) -> None:
        self.time = 100.0
        self.faults = Faults(
            random=random.Random(seed),  # noqa: S311 - a run that can be had again
            chances=chances,
            now=lambda: self.time,
            advance=self.advance,
            delay=7.0,
        )
        self.inner_items = MemoryItemStore()
        self.inner_leases = MemoryLeaseStore(self.inner_items)
        self.inner_bodies = MemoryBodyStore()
        self.inner_origin = MemoryOrigin({"/": Response(status=200, body=b"x")})
        self.items = FaultyItems(self.inner_items, self.faults)
        self.leases = FaultyLeases(self.inner_leases, self.items, self.faults)
        self.bodies = FaultyBodies(self.inner_bodies, self.faults)
        self.origin = FaultyOrigin(self.inner_origin, self.faults)

    def advance(self, seconds: float) -> None:
        self.time += seconds

    def fetch(self, seconds: float = 10.0) -> Response:
        return self.origin.fetch(
            ADDRESS, Request(method="GET", path="/"), Deadline(self.time + seconds, lambda: self.time)
        )


def test_without_chances_nothing_happens() -> None:
    bench = Bench({})
    bench.items.write("k", "main", A)
    lease = bench.leases.acquire("k", owner="o", now=1.0, expires_at=2.0)
    assert isinstance(lease, Lease)
    assert bench.leases.holder("k") == Held(2.0, lease.token)
    assert bench.leases.commit(lease, "main", B)
    assert bench.items.read("k", "main") == B
    bench.leases.release(lease)
    bench.bodies.write(b"d", b"body")

    assert bench.inner_items.items == {("k", "main"): B}
    assert bench.bodies.read(b"d", 4) == b"body"
    assert bench.fetch().body == b"x"
    assert bench.faults.injected == Counter()


@pytest.mark.parametrize(("fault", "error"), [("throttled", StoreThrottled), ("unavailable", StoreUnavailable)])
def test_a_refused_call_does_nothing(fault: Fault, error: type[StoreError]) -> None:
    bench = Bench({fault: 1.0})
    with pytest.raises(error):
        bench.items.write("k", "main", A)
    with pytest.raises(error):
        bench.leases.acquire("k", owner="o", now=1.0, expires_at=2.0)
    with pytest.raises(error):
        bench.bodies.write(b"d", b"body")

    assert (bench.inner_items.items, bench.inner_leases.leases, bench.inner_bodies.bodies) == ({}, {}, {})
    assert bench.faults.injected == {("write item", fault): 1, ("acquire", fault): 1, ("write body", fault): 1}


def test_a_call_whose_answer_is_lost_was_done() -> None:
    bench = Bench({"lost": 1.0})
    lease = bench.inner_leases.acquire("k", owner="o", now=1.0, expires_at=2.0)
    assert isinstance(lease, Lease)

    with pytest.raises(StoreUnavailable):
        bench.leases.commit(lease, "main", A)
    with pytest.raises(StoreUnavailable):
        bench.bodies.write(b"d", b"body")

    assert bench.inner_items.items == {("k", "main"): A}
    assert bench.inner_bodies.bodies == {b"d": b"body"}


def test_an_owner_whose_answer_was_lost_finds_its_lease() -> None:
    bench = Bench({"lost": 1.0})
    with pytest.raises(StoreUnavailable):
        bench.leases.acquire("k", owner="o", now=1.0, expires_at=2.0)
    bench.faults.chances = {}

    assert bench.leases.acquire("k", owner="o", now=1.5, expires_at=3.0) == Lease("k", "o", 1, 2.0)


def test_a_call_done_twice_is_a_call_done_once() -> None:
    bench = Bench({"twice": 1.0})
    lease = bench.leases.acquire("k", owner="o", now=1.0, expires_at=2.0)

    assert lease == Lease("k", "o", 1, 2.0)
    assert bench.leases.commit(lease, "main", A)
    assert bench.inner_items.items == {("k", "main"): A}


def test_a_queue_may_get_a_request_twice_or_without_saying_so() -> None:
    bench = Bench({"twice": 1.0})
    inner = MemoryRefreshQueue()
    queue = FaultyQueue(inner, bench.faults)
    request = RefreshRequest(route="api", target="/", key="k")
    queue.send(request)
    bench.faults.chances = {"lost": 1.0}
    with pytest.raises(StoreUnavailable):
        queue.send(request)

    assert inner.requests == [request] * 3


def test_a_slow_call_takes_time_and_is_done() -> None:
    bench = Bench({"slow": 1.0})
    bench.items.write("k", "main", A)

    assert bench.items.read("k", "main") == A
    assert bench.time == 114.0


def test_what_was_replaced_is_read_for_a_while_unless_consistently() -> None:
    bench = Bench({"old": 1.0})
    bench.items.write("k", "main", A)
    seen = [bench.items.read("k", "main"), bench.items.read("k", "main", consistent=True)]
    bench.items.write("k", "main", B)
    seen.append(bench.items.read("k", "main"))
    bench.time += 0.5
    bench.items.write("k", "main", A)
    bench.time += 0.75
    seen += [bench.items.read("k", "main"), bench.items.read("k", "main", consistent=True)]
    bench.time += 0.25
    seen.append(bench.items.read("k", "main"))

    assert seen == [None, A, A, B, A, A]
    assert bench.faults.injected == {("read item", "old"): 3}


def test_a_stamp_may_be_seen_late_and_an_item_beside_it_fails_by_itself() -> None:
    bench = Bench({"old": 1.0})
    inner = MemoryStampStore(bench.items)
    stamps = FaultyStamps(inner, bench.faults)
    stamps.write("a", at=5.0)
    assert stamps.read(["a", "b"]) == {"a": Stamp(), "b": Stamp()}
    assert stamps.read_with_item(["a"], "k", "main", consistent=True) == (None, {"a": Stamp(5.0)})
    bench.time += 1.0
    assert stamps.read(["a"]) == {"a": Stamp(5.0)}
    bench.faults.chances = {"lost": 1.0}
    with pytest.raises(StoreUnavailable):
        stamps.write("a", at=6.0, soft=True)
    assert inner.stamps == {"a": Stamp(5.0, 6.0)}
    bench.faults.chances = {"throttled": 1.0}
    for read in (lambda: stamps.read(["a"]), lambda: stamps.read_with_item(["a"], "k", "main")):
        with pytest.raises(StoreThrottled):
            read()


def test_a_commit_shows_as_late_as_a_write() -> None:
    bench = Bench({"old": 1.0})
    bench.items.write("k", "main", A)
    lease = bench.leases.acquire("k", owner="o", now=1.0, expires_at=2.0)
    assert isinstance(lease, Lease)
    bench.leases.commit(lease, "main", B)

    assert (bench.items.read("k", "main"), bench.items.read("k", "main", consistent=True)) == (A, B)


@pytest.mark.parametrize(
    ("fault", "error", "asked"), [("unavailable", OriginUnreachable, 0), ("lost", OriginTimeout, 1)]
)
def test_an_origin_fails_before_or_after_it_was_asked(fault: Fault, error: type[Exception], asked: int) -> None:
    bench = Bench({fault: 1.0})
    with pytest.raises(error):
        bench.fetch()

    assert len(bench.inner_origin.requests) == asked


def test_an_origin_that_is_busy_says_503() -> None:
    bench = Bench({"throttled": 1.0})

    assert bench.fetch().status == 503
    assert bench.inner_origin.requests == []


def test_a_slow_origin_answers_in_time_or_not() -> None:
    bench = Bench({"slow": 1.0})

    assert bench.fetch(7.5).body == b"x"
    with pytest.raises(OriginTimeout):
        bench.fetch(7.0)
    assert (bench.time, len(bench.inner_origin.requests)) == (114.0, 2)


def test_a_circuit_may_be_seen_late_and_a_claim_may_be_had_without_saying_so() -> None:
    bench = Bench({"lost": 1.0})
    inner = MemoryCircuitStore()
    circuits = FaultyCircuits(inner, bench.faults)
    calls = (
        lambda: circuits.open(ADDRESS, until=5.0, opening=Opening(0.0, 1, 1)),
        lambda: circuits.claim(ADDRESS, owner="a", now=5.0, until=9.0),
        lambda: circuits.read(ADDRESS),
    )
    for call in calls:
        with pytest.raises(StoreUnavailable):
            call()
    assert inner.circuits[ADDRESS].owners == {"a"}
    bench.faults.chances = {"old": 1.0}
    assert circuits.claim(ADDRESS, owner="a", now=6.0, until=10.0) == "taken"
    circuits.open(ADDRESS, until=9.0, opening=Opening(0.0, 1, 1))
    assert circuits.read(ADDRESS) == 5.0
    bench.time += 1.0
    assert circuits.read(ADDRESS) == 9.0


def test_the_same_seed_makes_the_same_faults() -> None:
    def run(seed: int) -> list[str]:
        bench = Bench({"throttled": 0.2, "lost": 0.2, "slow": 0.2}, seed)
        outcomes = []
        for number in range(300):
            try:
                bench.items.write(str(number), "main", A)
                outcomes.append(f"done at {bench.time}")
            except StoreError as error:
                outcomes.append(str(error))
        return outcomes

    assert run(5) == run(5)
    assert run(5) != run(6)


def test_faults_come_as_often_as_their_chances_say() -> None:
    bench = Bench({"throttled": 0.25, "slow": 0.05, "old": 0.5})
    done = 0
    for number in range(4000):
        try:
            bench.items.write(str(number), "main", A)
            done += 1
        except StoreThrottled:
            pass

    injected = bench.faults.injected
    assert 900 < injected["write item", "throttled"] < 1100
    assert 150 < injected["write item", "slow"] < 250
    assert done == 4000 - injected["write item", "throttled"]
    assert bench.time == pytest.approx(100 + 7 * injected["write item", "slow"])
