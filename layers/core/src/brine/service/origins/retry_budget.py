"""How many retries a process may make of what it asks an origin for, so that a dead origin is not hammered."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.routing.origin import OriginAddress

SHARE = 0.2
FLOOR = 3.0
MOST = 10.0


class RetryBudget:
    """A bucket of tokens for each origin: a retry takes one, a request adds `share` of one.

    It begins with `floor`, for processes that ask seldom, and never holds more than `most`. Threads may share it.
    """

    def __init__(self, *, share: float = SHARE, floor: float = FLOOR, most: float = MOST) -> None:
        self._share = share
        self._floor = floor
        self._most = most
        self._tokens: dict[OriginAddress, float] = {}
        self._lock = threading.Lock()

    def request(self, origin: OriginAddress) -> None:
        """A request goes to the origin for the first time."""
        with self._lock:
            self._tokens[origin] = min(self._most, self._tokens.get(origin, self._floor) + self._share)

    def retry(self, origin: OriginAddress) -> bool:
        """Whether a retry may be made, which is then spent."""
        with self._lock:
            tokens = self._tokens.get(origin, self._floor)
            if tokens < 1:
                return False
            self._tokens[origin] = tokens - 1
            return True
