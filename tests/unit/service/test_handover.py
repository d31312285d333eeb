"""Refreshes are asked for once in a while, and asking spoils nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.domain.refreshing.request import RefreshRequest
from brine.errors import StoreThrottled, StoreUnavailable
from brine.service.http_cache.handover import PAUSE, Handover
from brine.service.journal import Journal

if TYPE_CHECKING:
    from brine.errors import StoreError

START = 1_790_000_000.0


def asking(key: str = "k") -> RefreshRequest:
    return RefreshRequest(route="api", target="/x", key=key)


class Failing(MemoryRefreshQueue):
    """A queue that takes nothing."""

    def __init__(self, error: StoreError) -> None:
        super().__init__()
        self.error = error

    def send(self, request: RefreshRequest) -> None:
        super().send(request)
        raise self.error


def test_one_request_for_many_stale_hits_and_another_after_the_pause() -> None:
    queue = MemoryRefreshQueue()
    handover = Handover(queue)
    times = (0.0, 0.1, PAUSE - 0.1)
    assert [handover.ask(asking(), "main", START + later, Journal()) for later in times] == [True, False, False]
    assert len(queue.requests) == 1
    assert handover.ask(asking(), "main", START + PAUSE, Journal())
    assert len(queue.requests) == 2


def test_it_is_asked_for_when_the_clock_was_set_back() -> None:
    queue = MemoryRefreshQueue()
    handover = Handover(queue)
    times = (0.0, -3_600.0, -3_599.0)
    assert [handover.ask(asking(), "main", START + later, Journal()) for later in times] == [True, True, False]


def test_each_slot_of_each_key_is_asked_for() -> None:
    queue = MemoryRefreshQueue()
    handover = Handover(queue)
    for key, slot in (("k", "main"), ("k", "v#1"), ("other", "main")):
        handover.ask(asking(key), slot, START, Journal())
    assert [request.key for request in queue.requests] == ["k", "k", "other"]


def test_what_was_asked_longest_ago_is_forgotten_first() -> None:
    queue = MemoryRefreshQueue()
    handover = Handover(queue, remembered=2)
    for key in ("a", "b", "c", "b", "a"):
        handover.ask(asking(key), "main", START, Journal())
    assert [request.key for request in queue.requests] == ["a", "b", "c", "a"]


@pytest.mark.parametrize(
    ("error", "fault"),
    [(StoreThrottled("x"), "queue-throttled"), (StoreUnavailable("x"), "queue-unavailable")],
)
def test_a_queue_that_fails_is_noted_and_left_alone_for_the_pause(error: StoreError, fault: str) -> None:
    queue = Failing(error)
    handover = Handover(queue)
    journal = Journal()
    assert not handover.ask(asking(), "main", START, journal)
    handover.ask(asking(), "main", START + 1, journal)
    assert [str(fault) for fault in journal.faults] == [fault]
    assert len(queue.requests) == 1
