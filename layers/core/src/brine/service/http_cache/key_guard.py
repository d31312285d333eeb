"""Which new keys are let in: each process counts its own (docs/decisions/0066)."""

from __future__ import annotations

import threading

from brine.domain.resilience.new_keys import NewKeys


class KeyGuard:
    """Counts the new keys of each route in this process. Threads may share it."""

    def __init__(self) -> None:
        self._of_routes: dict[str, NewKeys] = {}
        self._lock = threading.Lock()

    def admits(self, route: str, limit: int, now: float) -> bool:
        """Whether one more new key of the route is within `limit` for this minute. One that is counts."""
        with self._lock:
            keys = self._of_routes.get(route, NewKeys()).incremented(now)
            if keys.count > limit:
                return False
            self._of_routes[route] = keys
            return True
