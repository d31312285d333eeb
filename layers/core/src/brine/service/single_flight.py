"""Single flight: of many callers that miss the same key, one fetches (RFC 9111 section 4, "collapsing").

Three rules. One caller per key in a process, and one lease per key among all environments. A caller that waited looks
up again; if the stored response does not serve it, it fetches without a turn. Only the holder of the newest lease
stores.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from brine.domain.resilience.backoff import Backoff
from brine.ports.caching import Held, Lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.service.stores.leases import Leases
    from brine.service.transaction import Trace

BACKOFF: Final = Backoff(first=0.025, longest=0.2, least=0.5)
LEASE_MARGIN: Final = 2.0
"""Seconds that a lease lasts longer than the work that it is for: storing takes time too."""


@dataclass(slots=True)
class Lead:
    """The caller fetches, and may store under `lease`, which is None once it is used or given back."""

    lease: Lease | None


@dataclass(frozen=True, slots=True)
class Follow:
    """Another caller fetches or fetched. Look up again.

    `waited`: whether the caller waited, perhaps in vain; if not, it has a stale response to serve. `remote`: another
    environment fetched, so its response is in the table only.
    """

    waited: bool = True
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Alone:
    """The caller fetches, and may not store: another fetch takes too long, or there is no lease to be had."""


type Turn = Lead | Follow | Alone


class Completion(threading.Event):
    """Set when a fetch is over. `was_abandoned`: its task was cancelled, so another caller should take its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.was_abandoned = False
        self._callbacks: list[Callable[[], object]] = []
        self._callbacks_lock = threading.Lock()

    def set(self) -> None:
        """Wake the threads that wait, and call the callbacks."""
        with self._callbacks_lock:
            super().set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def when_set(self, callback: Callable[[], object]) -> None:
        """Call back when the fetch is over, from any thread; at once if it is."""
        with self._callbacks_lock:
            if not self.is_set():
                self._callbacks.append(callback)
                return
        callback()


class InFlight:
    """The keys that a process is fetching. On Lambda it has one request at a time; the local twin has many."""

    def __init__(self) -> None:
        self._completed: dict[str, Completion] = {}
        self._lock = threading.Lock()

    def begin(self, key: str) -> Completion | None:
        """Begin a fetch and return None, or return the event that completes the one under way."""
        with self._lock:
            completed = self._completed.get(key)
            if completed is None:
                self._completed[key] = Completion()
            return completed

    def complete(self, key: str, *, was_abandoned: bool = False) -> None:
        """End the fetch of a key and wake the callers that wait for it."""
        with self._lock:
            completed = self._completed.pop(key)
        completed.was_abandoned = was_abandoned
        completed.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How to poll the lease of another environment. `random` gives numbers of [0, 1)."""

    backoff: Backoff = BACKOFF
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random

    def pause(self, number: int) -> None:
        """Wait before look `number` at the lease, counted from 0."""
        self.sleep(self.backoff.wait(number, self.random()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleFlight:
    """Gives each caller its turn for a key. `owner` names each fetch. `clock` gives seconds since 1970."""

    leases: Leases
    clock: Callable[[], float]
    polling: Polling = field(default_factory=Polling)
    in_flight: InFlight = field(default_factory=InFlight)
    owner: Callable[[], str] = lambda: uuid4().hex

    @contextmanager
    def turn(
        self,
        key: str,
        *,
        lease_seconds: Callable[[], float],
        wait_seconds: float,
        has_stale: bool,
        may_store: Callable[[], bool],
        trace: Trace,
    ) -> Iterator[Turn]:
        """Give the caller its turn, for as long as the context lasts; then others go on.

        lease_seconds: returns the seconds that the fetch may still take; called when the lease is taken. wait_seconds:
        how long to wait for another fetch. has_stale: the caller has a stale response to serve, so it does not wait.
        may_store: called for the first caller in a process, before it takes the lease.
        """
        completed = self.in_flight.begin(key)
        if completed is not None:
            if not has_stale:
                completed.wait(wait_seconds)
            yield Follow(waited=not has_stale)
            return
        try:
            if not may_store():
                yield Alone()
                return
            lease = self.acquire(key, lease_seconds(), trace)
            if isinstance(lease, Held) and not has_stale:
                lease = self._poll(key, lease_seconds, wait_seconds, trace)
                if lease is None:
                    yield Follow(remote=True)
                    return
            if isinstance(lease, Lease):
                lead = Lead(lease)
                with self.given_back(lead, trace):
                    yield lead
            else:
                yield Follow(waited=False) if lease is not None and has_stale else Alone()
        finally:
            self.in_flight.complete(key)

    def _poll(
        self, key: str, lease_seconds: Callable[[], float], wait_seconds: float, trace: Trace
    ) -> Lease | Held | None:
        """Wait for another environment: None once its lease is given back, a lease once its time is over.

        Held when it takes longer than `wait_seconds`; None, too, when the table fails meanwhile.
        """
        until = self.clock() + wait_seconds
        number = 0
        while True:
            self.polling.pause(number)
            number += 1
            now = self.clock()
            held = self.leases.holder(key, trace)
            if held is None:
                return None
            if held.expires_at <= now:
                lease = self.acquire(key, lease_seconds(), trace)
                if not isinstance(lease, Held):
                    return lease
            if now >= until:
                return held

    def acquire(self, key: str, seconds: float, trace: Trace) -> Lease | Held | None:
        """Return the lease of a key for so many seconds and a margin, or its holder; None if the table fails."""
        now = self.clock()
        expires_at = now + seconds + LEASE_MARGIN
        return self.leases.acquire(key, owner=self.owner(), now=now, expires_at=expires_at, trace=trace)

    @contextmanager
    def given_back(self, lead: Lead, trace: Trace) -> Iterator[None]:
        """Give the lease back at the end if it was not used, also if an exception or the process ends the work.

        Otherwise other environments would wait until its time is over.
        """
        try:
            yield
        finally:
            self.give_back(lead, trace)

    def give_back(self, lead: Lead, trace: Trace) -> None:
        """Give an unused lease back now, so that the next caller need not wait."""
        lease, lead.lease = lead.lease, None
        if lease is not None:
            self.leases.release(lease, trace)
