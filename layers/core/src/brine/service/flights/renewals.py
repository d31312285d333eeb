"""Leases that are renewed while their holders work.

A lease is short, so that callers notice soon when its holder was killed. One thread renews all leases of a process. It
exists only while there are leases: Lambda freezes a process after its answer.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Final

from brine.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

RENEW_EVERY: Final = 1.0
"""Seconds between renewals. A fetch that is faster costs none."""


class RenewedLease:
    """A lease that is renewed until its holder stops it, or it is lost, or its time is over.

    `renew` makes one renewal: it returns False if there is to be no further one, and raises StoreError. `errors` has
    these errors. After an error the lease may be valid still, and the next renewal is tried.
    """

    def __init__(self, renew: Callable[[], bool], renewals: Renewals) -> None:
        self.errors: list[StoreError] = []
        self._renew = renew
        self._renewals = renewals
        self._is_stopped = False
        self._lock = threading.Lock()

    def renew(self) -> None:
        """Renew the lease once, unless it is stopped."""
        with self._lock:
            if self._is_stopped:
                return
            try:
                self._is_stopped = not self._renew()
            except StoreError as error:
                self.errors.append(error)

    def stop(self) -> None:
        """Renew the lease no more. When this returns, no renewal is under way."""
        with self._lock:
            self._is_stopped = True
        self._renewals.remove(self)


class Renewals:
    """The leases that this process renews. `every`: seconds between renewals. Threads may share it."""

    def __init__(self, every: float = RENEW_EVERY) -> None:
        self._every = every
        self._leases: list[RenewedLease] = []
        self._stop = threading.Event()  # of the present thread
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def begin(self, renew: Callable[[], bool]) -> RenewedLease:
        """Call `renew` regularly from now on, first after `every` seconds, with the context variables of this call."""
        lease = RenewedLease(partial(copy_context().run, renew), self)
        with self._lock:
            self._leases.append(lease)
            if self._thread is None:
                self._stop = threading.Event()
                self._start()
        return lease

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, args=(self._stop,), name="brine-leases", daemon=True)
        with suppress(RuntimeError):  # no thread to be had: then the lease is a short one
            thread.start()
            self._thread = thread

    def remove(self, lease: RenewedLease) -> None:
        """Forget a lease. With the last one, the thread ends."""
        with self._lock:
            if lease in self._leases:
                self._leases.remove(lease)
            thread = None if self._leases else self._thread
            if thread is not None:
                self._thread = None
                self._stop.set()
        if thread is not None:
            thread.join()

    def renew_all(self) -> None:
        """Renew each lease once."""
        with self._lock:
            leases = list(self._leases)
        for lease in leases:
            lease.renew()

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(self._every):
            self.renew_all()
