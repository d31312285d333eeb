"""The limit of new keys per minute: each process counts its own (docs/decisions/0066)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from brine.domain.resilience.new_keys import NewKeys
from brine.service.diagnostics import Fault

if TYPE_CHECKING:
    from brine.service.http_cache.lookup import Lookup
    from brine.service.transaction import Trace, Transaction


class KeyGuard:
    """Counts the new keys of each route in this process. Threads may share a KeyGuard."""

    def __init__(self) -> None:
        self._of_routes: dict[str, NewKeys] = {}
        self._lock = threading.Lock()

    def copied(self) -> KeyGuard:
        """Return an independent copy: its counts do not change these."""
        copy = KeyGuard()
        with self._lock:
            copy._of_routes = dict(self._of_routes)
        return copy

    def may_store(self, lookup: Lookup, transaction: Transaction, trace: Trace) -> bool:
        """Return whether the route's limit lets the response be stored; count its key if that is new.

        A key is new if the lookup found no entry under it, not even a purged response. So is a variant in its slot.
        While the table fails, no key is known to be new, and every response may be stored.
        """
        limit = transaction.route.policy.new_keys_per_minute
        is_known = lookup.generation > 0
        if limit is None or is_known or trace.faults.has("table"):
            return True
        if self.admits(transaction.route.name, limit, trace.now):
            return True
        trace.faults.add(Fault("new-keys", "capped"))
        return False

    def admits(self, route: str, limit: int, now: float) -> bool:
        """Return whether one more new key of the route is within `limit` for this minute, and count it if so."""
        with self._lock:
            keys = self._of_routes.get(route, NewKeys()).incremented(now)
            if keys.count > limit:
                return False
            self._of_routes[route] = keys
            return True
