"""The circuits of origins: the failures that this process saw, and the state that all environments share.

While an origin does well, a process reads no shared state. A process that saw the origin fail within the last minute,
or its circuit open, reads the shared state, and goes by it for two seconds. A circuit that cannot be read counts as
closed, unless this process opened it (docs/decisions/0064).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING
from uuid import uuid4

from brine.domain.resilience.circuit import after_failure, needs_probe
from brine.errors import OriginCircuitOpen, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.resilience.circuit import CircuitBreaker, FailureStreak
    from brine.domain.resilience.retries import AttemptOutcome
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import CircuitStore
    from brine.service.transaction import Trace, Transaction

READ_PAUSE = 2.0
"""Seconds for which a process goes by what it last read of a circuit."""
PROBE_MARGIN = 2.0
"""Seconds past the end of a probe after which another may be made: the first one's outcome must be written, too."""


@dataclass(slots=True)
class _Known:
    """The local state of an origin: its failures in a row, and until when its circuit is open (0: closed).

    `open_until` was read at `read_at`, and is valid for `good_for` seconds.
    """

    streak: FailureStreak | None = None
    open_until: float = 0.0
    read_at: float = -inf
    good_for: float = 0.0

    def learn(self, open_until: float, now: float, good_for: float = READ_PAUSE) -> None:
        self.open_until, self.read_at, self.good_for = open_until, now, good_for

    def is_good(self, now: float) -> bool:
        """Return whether `open_until` is valid. A clock that was set back does not prolong it."""
        return abs(now - self.read_at) < self.good_for

    def is_suspect(self, now: float) -> bool:
        """Return whether this process has a reason to think that the origin is down."""
        return self.open_until > 0 or (self.streak is not None and self.streak.is_recent(now))


class Circuits:
    """Tells whether the origin of a transaction may be asked, and learns from the outcome. Threads may share it.

    `owner` makes a name for each probe. In the methods, the probe None stands for an ordinary request.
    """

    def __init__(self, store: CircuitStore, *, owner: Callable[[], str] = lambda: uuid4().hex) -> None:
        self._store = store
        self._owner = owner
        self._known: dict[OriginAddress, _Known] = {}
        self._lock = threading.Lock()  # for what is known; never held during I/O

    def permit_attempt(self, transaction: Transaction, trace: Trace, now: float, seconds: float) -> str | None:
        """Permit one attempt of at most `seconds`; return a name if it is the probe. Raises OriginCircuitOpen.

        The caller reports the outcome with that name to `succeeded`, `failed` or `withdrawn`.
        """
        open_until = self._open_until(transaction, trace, now)
        if open_until > now:
            raise OriginCircuitOpen(f"{transaction.route.origin} has failed too often of late", open_until - now)
        return self._claim(transaction, trace, now, seconds) if needs_probe(open_until, now) else None

    def succeeded(self, transaction: Transaction, trace: Trace, probe: str | None) -> None:
        """Learn that the origin answered."""
        origin = transaction.route.origin
        with self._lock:
            known = self._known.get(origin)
            if known is None:
                return
            known.streak = None
            if probe is not None:
                known.open_until = 0.0
        if probe is not None:
            self._write(transaction, trace, lambda store, deadline: store.close(origin, owner=probe, deadline=deadline))

    def failed(  # noqa: PLR0917 - what is told of an attempt, in its order
        self,
        transaction: Transaction,
        trace: Trace,
        probe: str | None,
        outcome: AttemptOutcome,
        breaker: CircuitBreaker,
        now: float,
    ) -> None:
        """Learn that the origin failed. Enough failures in a row, or a failed probe, open its circuit."""
        origin, until = transaction.route.origin, now + breaker.open_for
        with self._lock:
            known = self._known.setdefault(origin, _Known())
            if probe is None:
                if known.open_until > now:
                    return  # it was asked before the circuit opened
                known.streak = after_failure(known.streak, outcome, transaction.request.path, now)
                if not known.streak.opens_circuit(breaker.failures):
                    return
            known.streak = None
            known.learn(until, now, good_for=breaker.open_for)  # this process heeds it even if the write fails
        if self._write(transaction, trace, lambda store, deadline: store.open(origin, until=until, deadline=deadline)):
            with self._lock:
                known.learn(until, now)

    def withdrawn(self, transaction: Transaction, trace: Trace, probe: str | None, now: float) -> None:
        """Learn that the attempt told nothing about the origin: another request may make the probe."""
        origin = transaction.route.origin
        if probe is not None:
            with self._lock:
                self._known[origin].open_until = now
            self._write(transaction, trace, lambda store, deadline: store.open(origin, until=now, deadline=deadline))

    def _open_until(self, transaction: Transaction, trace: Trace, now: float) -> float:
        """Return until when the circuit is open, or was open last; 0 when it is closed."""
        with self._lock:
            known = self._known.get(transaction.route.origin)
            if known is None or not known.is_suspect(now):
                return 0.0
            if known.is_good(now):
                return known.open_until
            known.learn(known.open_until, now)  # other threads need not read it, too
        open_until = 0.0
        try:
            open_until = self._store.read(transaction.route.origin, deadline=transaction.store_deadline) or 0.0
        except StoreError as error:
            trace.faults.store_failed("circuits", error)
        with self._lock:
            if known.read_at == now:  # else another thread knows better by now
                known.open_until = open_until
                if open_until:
                    known.streak = None  # the circuit's own count begins anew once it is closed
        return open_until

    def _claim(self, transaction: Transaction, trace: Trace, now: float, seconds: float) -> str | None:
        """Return the name of the probe; None if the circuit was closed meanwhile. Raises OriginCircuitOpen."""
        origin = transaction.route.origin
        owner, until = self._owner(), now + seconds + PROBE_MARGIN
        try:
            deadline = transaction.store_deadline
            claim = self._store.claim(origin, owner=owner, now=now, until=until, deadline=deadline)
        except StoreError as error:
            trace.faults.store_failed("circuits", error)
            claim = "closed"
        with self._lock:
            self._known[origin].learn(0.0 if claim == "closed" else until, now)
        if claim == "held":
            raise OriginCircuitOpen(f"{origin} is being probed", READ_PAUSE)
        return owner if claim == "taken" else None

    def _write(self, transaction: Transaction, trace: Trace, write: Callable[[CircuitStore, Deadline], None]) -> bool:
        """Write shared state. False when the store fails."""
        try:
            write(self._store, transaction.store_deadline)
        except StoreError as error:
            trace.faults.store_failed("circuits", error)
            return False
        return True
