"""The flights of a process: for each key, the caller that fetches it, and the callers that wait."""

from __future__ import annotations

import threading
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import Ending
    from brine.service.flights.turns import Failure


class Flight:
    """One caller's turn for a key in this process. All other members are final once `is_over`.

    `expires_at`: seconds since 1970; a waiting caller may then take over, although the flight is not over. `ending`,
    `failure`: how it ended. `failures`: how many fetches failed meanwhile, those of other environments included.
    `since`: the token of the first lease that its caller held or waited for, or 0. `successor`: the flight after it.
    """

    def __init__(self) -> None:
        self.expires_at = inf
        self.ending: Ending = "abandoned"
        self.failure: Failure | None = None
        self.failures = 0
        self.since = 0
        self.successor: Flight | None = None
        self._over = threading.Event()
        self._callbacks: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Whether the turn has ended."""
        return self._over.is_set()

    def wait(self, seconds: float) -> None:
        """Wait until the flight is over, for so many seconds at most."""
        self._over.wait(seconds)

    def end(self) -> None:
        """Wake the threads that wait, and call the callbacks."""
        with self._lock:
            self._over.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def when_over(self, callback: Callable[[], object]) -> None:
        """Call back when the flight is over, from any thread; at once if it is."""
        with self._lock:
            if not self._over.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], object]) -> None:
        """Do not call back."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


class InFlight:
    """The keys that a process is fetching. On Lambda it has one request at a time; the local twin has many."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}
        self._lock = threading.Lock()

    def join(self, key: str, after: Flight | None = None) -> tuple[Flight, bool]:
        """Return the flight of a key, and whether the caller leads it: then it must `end` it.

        after: the flight that the caller waited for, which is over or has expired. All callers that waited for it get
        the same successor, and one of them leads that.
        """
        with self._lock:
            if after is not None and after.successor is not None:
                return after.successor, False
            flight = self._flights.get(key)
            leads = flight is None or flight is after
            if flight is None or leads:
                flight = self._flights[key] = Flight()
            if after is not None:
                after.successor = flight
            return flight, leads

    def current(self, key: str) -> Flight | None:
        """Return the flight of a key without joining it; None if no caller fetches it."""
        with self._lock:
            return self._flights.get(key)

    def end(self, key: str, flight: Flight) -> None:
        """End a flight, and wake the callers that wait for it."""
        with self._lock:
            if self._flights.get(key) is flight:  # else a caller has taken over
                del self._flights[key]
        flight.end()
