"""Single flight inside one process: of the threads that want one key, one fetches and the others wait for it.

Lambda has one request per process, so there this costs a dictionary step; the local twin has many.
"""

from __future__ import annotations

import threading


class Flight:
    """A fetch under way. `leads`: whether it is this caller's to make."""

    __slots__ = ("_landed", "key", "leads")

    def __init__(self, key: str, landed: threading.Event, *, leads: bool) -> None:
        self.key = key
        self.leads = leads
        self._landed = landed

    def wait(self, seconds: float) -> bool:
        """Wait until the one who leads is done, or for so long. Whether it is done."""
        return self._landed.wait(seconds)


class Flights:
    """The flights of one process."""

    def __init__(self) -> None:
        self._under_way: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def join(self, key: str) -> Flight:
        """The flight for this key; the first to ask leads it, and must `land` it whatever happens."""
        with self._lock:
            landed = self._under_way.get(key)
            if landed is not None:
                return Flight(key, landed, leads=False)
            landed = self._under_way[key] = threading.Event()
            return Flight(key, landed, leads=True)

    def land(self, flight: Flight) -> None:
        """The fetch is over: those who wait go on, and the next to ask leads a new one."""
        with self._lock:
            landed = self._under_way.pop(flight.key)
        landed.set()
