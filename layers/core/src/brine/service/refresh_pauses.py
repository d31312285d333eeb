"""One refresh request per entry in a while, however many hits ask for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable

PAUSE: Final = 5.0
REMEMBERED: Final = 10_000


class RefreshPauses:
    """The entries whose refresh this process requested in the last `pause` seconds, at most `remembered` of them.

    A refresh that failed is requested again after that time. Threads may share it.
    """

    def __init__(self, pause: float = PAUSE, remembered: int = REMEMBERED) -> None:
        self._pause = pause
        self._remembered = remembered
        self._requested: OrderedDict[Hashable, float] = OrderedDict()  # by time, the oldest first
        self._lock = threading.Lock()

    def is_over(self, entry: Hashable, now: float) -> bool:
        """Return whether a refresh of the entry may be requested now. If so, the next pause begins."""
        with self._lock:
            if self._is_paused(entry, now):
                return False
            self._requested[entry] = now
            self._requested.move_to_end(entry)
            if len(self._requested) > self._remembered:
                self._requested.popitem(last=False)
            return True

    def is_paused(self, entry: Hashable, now: float) -> bool:
        """Return whether a refresh of the entry was requested a moment ago. No pause begins."""
        with self._lock:
            return self._is_paused(entry, now)

    def _is_paused(self, entry: Hashable, now: float) -> bool:
        requested = self._requested.get(entry)
        return requested is not None and abs(now - requested) < self._pause  # the clock may have been set back
