"""The budget of retries to an origin: it limits the load on a failing origin."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.routing.origin import OriginAddress

SHARE = 0.2
FLOOR = 3.0
MOST = 10.0


class RetryBudget:
    """A token bucket for each origin: a retry takes one token, a request adds `share` of a token.

    A bucket starts with `floor` tokens, for processes with few requests, and holds at most `most`. Threads may share a
    RetryBudget.
    """

    def __init__(self, *, share: float = SHARE, floor: float = FLOOR, most: float = MOST) -> None:
        self._share = share
        self._floor = floor
        self._most = most
        self._tokens: dict[OriginAddress, float] = {}
        self._lock = threading.Lock()

    def request(self, origin: OriginAddress) -> None:
        """Add the share of a first request to the origin."""
        with self._lock:
            self._tokens[origin] = min(self._most, self._tokens.get(origin, self._floor) + self._share)

    def retry(self, origin: OriginAddress) -> bool:
        """Take a token for a retry, and return whether there was one."""
        with self._lock:
            tokens = self._tokens.get(origin, self._floor)
            if tokens < 1:
                return False
            self._tokens[origin] = tokens - 1
            return True
