"""Leases that are renewed: by one thread, which exists only while there are leases."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.errors import StoreThrottled, StoreUnavailable
from brine.ports.caching import Held, Item, Lease
from brine.service.flights.leasing import LEASE_MARGIN, LEASE_SECONDS
from brine.service.flights.renewals import Renewals
from brine.service.flights.turns import Lead
from brine.service.single_flight import SingleFlight
from brine.service.stores.leases import Leases
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "r#key"


class Scene:
    """A lease that is held for a fetch of ten seconds, with a clock set by hand; nothing but `renew` renews it."""

    def __init__(self, store: Callable[[MemoryItemStore], MemoryLeaseStore] = MemoryLeaseStore) -> None:
        self.now = 1_000.0
        self.store = store(MemoryItemStore())
        self.flight = SingleFlight(leases=Leases(self.store), clock=lambda: self.now, renewals=Renewals(every=3_600))
        self.trace = Trace(self.now)
        self.lead = Lead(self.acquired())
        self.flight.hold(self.lead, 10.0, self.trace)

    def acquired(self) -> Lease:
        lease = self.flight.acquire(KEY, self.trace)
        assert isinstance(lease, Lease)
        return lease

    def renew(self, seconds: float = 1.0) -> float | None:
        """Renew the lease after so many seconds, and return how long it lasts from then on."""
        self.now += seconds
        self.flight.renewals.renew_all()
        held = self.store.holder(KEY)
        return None if held is None else held.expires_at - self.now

    def end(self) -> list[str]:
        """Give the lease back, and return the faults."""
        self.flight.give_back(self.lead, self.trace)
        return [str(fault) for fault in self.trace.faults]


def test_a_lease_lasts_as_long_as_its_holder_renews_it_and_no_longer_than_its_work_may() -> None:
    scene = Scene()
    assert [scene.renew() for _ in range(9)] == [LEASE_SECONDS] * 9
    assert [scene.renew(), scene.renew(), scene.renew(), scene.renew()] == [2.0, 1.0, 0.0, -1.0]
    assert scene.end() == []
    assert LEASE_MARGIN == 2.0


@pytest.mark.parametrize("error", [StoreThrottled("UpdateItem"), StoreUnavailable("UpdateItem")])
def test_a_renewal_that_fails_is_a_fault_and_the_next_one_is_tried(error: Exception) -> None:
    class Failing(MemoryLeaseStore):
        error: Exception | None = None

        def renew(self, lease: Lease, expires_at: float, **options: Any) -> bool:
            if self.error is not None:
                raise self.error
            return super().renew(lease, expires_at, **options)

    scene = Scene(Failing)
    assert isinstance(scene.store, Failing)
    scene.store.error = error
    assert [scene.renew(), scene.renew()] == [LEASE_SECONDS - 1, LEASE_SECONDS - 2]
    scene.store.error = None
    assert scene.renew() == LEASE_SECONDS
    assert scene.end() == ["table-throttled" if isinstance(error, StoreThrottled) else "table-unavailable"]


def test_a_lost_lease_is_not_renewed() -> None:
    scene = Scene()
    scene.now += LEASE_SECONDS
    successor = scene.acquired()
    assert scene.renew(1.0) == LEASE_SECONDS - 1
    assert scene.end() == []
    assert scene.store.holder(KEY) == Held(successor.expires_at, successor.token)
    assert scene.store.commit(successor, "main", Item(envelope=b"", evict_at=1))


def test_a_lease_that_is_given_back_is_not_renewed() -> None:
    scene = Scene()
    scene.flight.give_back(scene.lead, scene.trace, "settled")
    assert scene.renew() is None
    assert "brine-leases" not in {thread.name for thread in threading.enumerate()}


def test_a_renewal_has_the_context_variables_of_its_holder() -> None:
    holder: ContextVar[str] = ContextVar("holder", default="nobody")
    found: list[str] = []
    renewed = threading.Event()

    def renew() -> bool:
        found.append(holder.get())
        if len(found) > 1:
            renewed.set()
        return True

    renewals = Renewals(every=0.001)
    token = holder.set("this request")
    lease = renewals.begin(renew)
    holder.reset(token)
    assert renewed.wait(30)
    lease.stop()
    assert set(found) == {"this request"}


def test_one_thread_renews_all_leases_and_ends_with_the_last_one() -> None:
    renewals, before = Renewals(every=0.001), set(threading.enumerate())
    renewed = [threading.Event() for _ in range(5)]

    def renew(event: threading.Event) -> bool:
        event.set()
        return True

    leases = [renewals.begin(partial(renew, event)) for event in renewed]
    assert all(event.wait(10) for event in renewed)
    assert len(set(threading.enumerate()) - before) == 1
    for lease in leases:
        lease.stop()
    assert set(threading.enumerate()) == before
    again = renewals.begin(lambda: True)
    assert len(set(threading.enumerate()) - before) == 1
    again.stop()
    assert set(threading.enumerate()) == before


def test_a_lease_that_is_stopped_waits_for_a_renewal_under_way_and_has_none_after_it() -> None:
    is_renewing, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def renew() -> bool:
        assert not ended.is_set(), "renewed after the end"
        is_renewing.set()
        may_end.wait(10)
        return True

    lease = Renewals(every=0.001).begin(renew)
    assert is_renewing.wait(10)

    def stop() -> None:
        lease.stop()
        ended.set()

    stopping = threading.Thread(target=stop)
    stopping.start()
    assert not ended.wait(0.05)
    may_end.set()
    stopping.join(10)
    assert ended.is_set()
    lease.renew()


def test_without_a_thread_to_be_had_the_lease_is_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    lease = Renewals().begin(lambda: True)
    lease.stop()
    assert lease.errors == []
