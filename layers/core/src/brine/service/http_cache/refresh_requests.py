"""Requests for refreshes, sent before the stale answer goes out: Lambda freezes the process after it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.refreshing.early import is_early_refresh_due
from brine.domain.refreshing.request import refresh_request
from brine.errors import StoreError
from brine.service.refresh_pauses import PAUSE, REMEMBERED, RefreshPauses

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.caching.stored import StoredResponse
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.caching import RefreshQueue
    from brine.service.http_cache.lookup import Lookup
    from brine.service.transaction import Trace, Transaction


class RefreshRequests:
    """Puts refresh requests into a queue, one per stored response in `pause` seconds however many hits ask for it.

    A refresh that failed is requested again after that time; the next response of the slot needs no pause. At most
    `remembered` responses are kept in mind. `draw` gives
    random numbers of [0, 1), which pick the hits that request early refreshes. Threads may share it.
    """

    def __init__(
        self,
        queue: RefreshQueue,
        *,
        pause: float = PAUSE,
        remembered: int = REMEMBERED,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._queue = queue
        self._pauses = RefreshPauses(pause, remembered)
        self._draw = draw

    def enqueue(self, stored: StoredResponse, lookup: Lookup, transaction: Transaction, trace: Trace) -> bool:
        """Request the refresh of a stale response. False when the refresher may not make it: the caller must.

        If the queue fails, the stale answer still goes out, and the next requests come after the pause: each try would
        cost a hit the time that the queue is given.
        """
        request = refresh_request(transaction.route, transaction.request, stored, transaction.resource)
        if request is None:
            return False
        self._send(replace(request, renews=stored.generation), lookup.slot, transaction, trace)
        return True

    def enqueue_early(self, stored: StoredResponse, lookup: Lookup, transaction: Transaction, trace: Trace) -> None:
        """Request the refresh of a fresh response, if chance picks this hit for it."""
        if not is_early_refresh_due(stored, transaction.route.policy, trace.now, self._draw()):
            return
        request = refresh_request(transaction.route, transaction.request, stored, transaction.resource)
        if request is not None:
            request = replace(request, renews=stored.generation)
            trace.early_refresh = self._send(request, lookup.slot, transaction, trace)

    def is_paused(self, request: RefreshRequest, slot: str, now: float) -> bool:
        """Return whether this refresh was requested a moment ago, so that it is not requested again yet."""
        return self._pauses.is_paused((request.key, slot, request.renews), now)

    def _send(self, request: RefreshRequest, slot: str, transaction: Transaction, trace: Trace) -> bool:
        """Send a request, unless this response's was sent a moment ago. Returns whether it was sent."""
        if not self._pauses.is_over((request.key, slot, request.renews), trace.now):
            return False
        try:
            self._queue.send(request, deadline=transaction.store_deadline)
        except StoreError as error:
            trace.faults.store_failed("queue", error)
            return False
        return True
