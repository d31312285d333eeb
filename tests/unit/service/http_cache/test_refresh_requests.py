"""The gateway asks for a refresh once in a while, and a failure to ask harms no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.domain.refreshing.request import RefreshRequest
from brine.errors import StoreThrottled, StoreUnavailable
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.refresh_pauses import PAUSE
from brine.service.transaction import Trace, Transaction
from tests.support.gateway.world import World

if TYPE_CHECKING:
    from brine.errors import StoreError

START = 1_790_000_000.0


def asking(key: str = "k") -> RefreshRequest:
    return RefreshRequest(route="api", target="/x", key=key)


def transaction() -> Transaction:
    [route] = [route for route in World().gateway.routes if route.name == "api"]
    return Transaction.begin(route, asking().request, "", Deadline(29.0, lambda: 0.0))


def sent(refreshes: RefreshRequests, request: RefreshRequest, slot: str, trace: Trace) -> bool:
    return refreshes._send(request, slot, transaction(), trace)


class Failing(MemoryRefreshQueue):
    """A queue that accepts no message."""

    def __init__(self, error: StoreError) -> None:
        super().__init__()
        self.error = error

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
        super().send(request)
        raise self.error


def test_one_request_for_many_stale_hits_and_another_after_the_pause() -> None:
    queue = MemoryRefreshQueue()
    refreshes = RefreshRequests(queue)
    times = (0.0, 0.1, PAUSE - 0.1)
    assert [sent(refreshes, asking(), "main", Trace(START + later)) for later in times] == [True, False, False]
    assert len(queue.requests) == 1
    assert sent(refreshes, asking(), "main", Trace(START + PAUSE))
    assert len(queue.requests) == 2


def test_it_is_asked_for_when_the_clock_was_set_back() -> None:
    queue = MemoryRefreshQueue()
    refreshes = RefreshRequests(queue)
    times = (0.0, -3_600.0, -3_599.0)
    assert [sent(refreshes, asking(), "main", Trace(START + later)) for later in times] == [True, True, False]


def test_each_slot_of_each_key_is_asked_for() -> None:
    queue = MemoryRefreshQueue()
    refreshes = RefreshRequests(queue)
    for key, slot in (("k", "main"), ("k", "v#1"), ("other", "main")):
        sent(refreshes, asking(key), slot, Trace(START))
    assert [request.key for request in queue.requests] == ["k", "k", "other"]


def test_what_was_asked_longest_ago_is_forgotten_first() -> None:
    queue = MemoryRefreshQueue()
    refreshes = RefreshRequests(queue, remembered=2)
    for key in ("a", "b", "c", "b", "a"):
        sent(refreshes, asking(key), "main", Trace(START))
    assert [request.key for request in queue.requests] == ["a", "b", "c", "a"]


@pytest.mark.parametrize(
    ("error", "fault"),
    [(StoreThrottled("x"), "queue-throttled"), (StoreUnavailable("x"), "queue-unavailable")],
)
def test_a_queue_that_fails_is_noted_and_left_alone_for_the_pause(error: StoreError, fault: str) -> None:
    queue = Failing(error)
    refreshes = RefreshRequests(queue)
    trace = Trace(START)
    assert not sent(refreshes, asking(), "main", trace)
    trace.now += 1
    sent(refreshes, asking(), "main", trace)
    assert [str(fault) for fault in trace.faults] == [fault]
    assert len(queue.requests) == 1
