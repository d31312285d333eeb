"""Asking for refreshes, before the stale answer goes out: Lambda freezes the process after it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from brine.errors import StoreError

if TYPE_CHECKING:
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.caching import RefreshQueue
    from brine.service.journal import Journal

PAUSE = 5.0
REMEMBERED = 10_000


class Handover:
    """Asks for refreshes through a queue, for each slot once in `pause` seconds, of however many hits.

    A refresh that failed, or never came about, is asked for again after that. At most `remembered` slots are kept in
    mind. Threads may share it.
    """

    def __init__(self, queue: RefreshQueue, *, pause: float = PAUSE, remembered: int = REMEMBERED) -> None:
        self._queue = queue
        self._pause = pause
        self._remembered = remembered
        self._asked: OrderedDict[tuple[str, str], float] = OrderedDict()  # by time, the oldest first
        self._lock = threading.Lock()

    def ask(self, request: RefreshRequest, slot: str, now: float, journal: Journal) -> bool:
        """Send the request, unless this slot's was sent a moment ago. Whether it was sent; a failure spoils nothing.

        It is not tried again at once either: it would cost each of the next hits its patience.
        """
        if not self._is_due((request.key, slot), now):
            return False
        try:
            self._queue.send(request)
        except StoreError as error:
            journal.store_failed("queue", error)
            return False
        return True

    def _is_due(self, place: tuple[str, str], now: float) -> bool:
        with self._lock:
            asked = self._asked.get(place)
            if asked is not None and abs(now - asked) < self._pause:  # the clock may have been set back
                return False
            self._asked[place] = now
            self._asked.move_to_end(place)
            if len(self._asked) > self._remembered:
                self._asked.popitem(last=False)
            return True
