"""The circuits of origins: the requests that this process saw, and the state that all environments share.

While an origin does well, a process reads no shared state. It reads the shared state if its last request to the origin
failed within the last minute, or if it knows of an open circuit. It goes by that state for two seconds. A circuit that
cannot be read counts as closed, unless this process opened it (docs/decisions/0064 and 0118).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING
from uuid import uuid4

from brine.domain.resilience.circuit import (
    STREAK_GAP,
    Opening,
    needs_probe,
    new_samples,
    opening_of,
    opens_circuit,
)
from brine.errors import OriginCircuitOpen, StoreError

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from brine.domain.resilience.circuit import CircuitBreaker, Sample
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import CircuitStore
    from brine.service.origins.origin_state import CircuitPhase
    from brine.service.transaction import Trace, Transaction

READ_PAUSE = 2.0
"""Seconds for which a process goes by what it last read of a circuit."""
PROBE_MARGIN = 2.0
"""Seconds past the end of a probe after which another may be made: the first one's outcome must be written, too."""


@dataclass(slots=True)
class _Known:
    """The local state of an origin: its last requests, and until when its circuit is open (0: closed).

    `failed_at`: the time of the last failure without a success since. `open_until` was read at `read_at`, and is valid
    for `good_for` seconds.
    """

    samples: deque[Sample] = field(default_factory=new_samples)
    failed_at: float = -inf
    open_until: float = 0.0
    read_at: float = -inf
    good_for: float = 0.0

    def learn(self, open_until: float, now: float, good_for: float = READ_PAUSE) -> None:
        self.open_until, self.read_at, self.good_for = open_until, now, good_for

    def begin_anew(self) -> None:
        """Forget the requests: the circuit's own state counts from now on."""
        self.samples.clear()
        self.failed_at = -inf

    def is_good(self, now: float) -> bool:
        """Return whether `open_until` is valid. A clock that was set back does not prolong it."""
        return abs(now - self.read_at) < self.good_for

    def is_suspect(self, now: float) -> bool:
        """Return whether this process has a reason to think that the origin is down."""
        return self.open_until > 0 or abs(now - self.failed_at) <= STREAK_GAP


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
        """Permit one attempt of at most `seconds`; return a name if it is a probe. Raises OriginCircuitOpen.

        The caller reports the outcome with that name to `succeeded`, `failed` or `withdrawn`.
        """
        open_until = self._open_until(transaction, trace, now)
        if open_until > now:
            raise circuit_open(transaction, open_until, now)
        return self._claim(transaction, trace, now, seconds) if needs_probe(open_until, now) else None

    def phase(
        self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool
    ) -> tuple[CircuitPhase, float]:
        """Return the phase of the circuit as the next request finds it, and until when it is or was open (0: closed).

        At most one read. by_store: go by the shared state, whatever this process knows.
        """
        with self._lock:
            known = self._known.get(transaction.route.origin)
            if not by_store and (known is None or not known.is_suspect(now)):
                return "closed", 0.0
            open_until = known.open_until if known is not None and known.is_good(now) and not by_store else None
        if open_until is None:
            open_until = self._read(transaction, trace)
        if open_until > now:
            return "open", open_until
        return ("half-open" if needs_probe(open_until, now) else "closed"), open_until

    def succeeded(self, transaction: Transaction, trace: Trace, probe: str | None, now: float) -> None:
        """Learn that the origin answered an attempt. Enough probes that succeed close its circuit."""
        origin = transaction.route.origin
        with self._lock:
            known = self._known.get(origin)
            if known is None:
                return
            known.failed_at = -inf
        if probe is None:
            return
        closed = self._write(
            transaction, trace, lambda store, deadline: store.succeed(origin, owner=probe, deadline=deadline)
        )
        with self._lock:
            known.learn(0.0 if closed else now, now)  # half open: the next request asks for the next probe

    def failed(
        self, transaction: Transaction, trace: Trace, probe: str | None, breaker: CircuitBreaker, now: float
    ) -> None:
        """Learn that the origin failed an attempt. A failed probe opens its circuit again."""
        with self._lock:
            self._known.setdefault(transaction.route.origin, _Known()).failed_at = now
        if probe is not None:
            self._open(transaction, trace, breaker, Opening(now, 1, 1))

    def withdrawn(
        self, transaction: Transaction, trace: Trace, probe: str | None, now: float, pause: float = 0.0
    ) -> None:
        """Learn that the attempt told nothing about the origin: another request may make the probe.

        pause: seconds for which this process has no unit of the budget for a probe. It claims none for READ_PAUSE then.
        """
        origin = transaction.route.origin
        if probe is not None:
            with self._lock:
                self._known[origin].learn(now + min(pause, READ_PAUSE), now)
            self._write(
                transaction, trace, lambda store, deadline: store.give_back(origin, owner=probe, deadline=deadline)
            )

    def completed(self, transaction: Transaction, trace: Trace, sample: Sample, breaker: CircuitBreaker) -> None:
        """Learn the outcome of a request with all its retries. Too large a share of failures opens the circuit."""
        origin = transaction.route.origin
        with self._lock:
            known = self._known.get(origin)
            if known is None:
                known = self._known[origin] = _Known()
            if known.open_until > sample.time:
                return  # it was sent before the circuit opened
            known.samples.append(sample)
            if not sample.failed or not opens_circuit(known.samples, breaker):
                return
            opening = opening_of(known.samples, breaker)
        self._open(transaction, trace, breaker, opening)

    def _open(self, transaction: Transaction, trace: Trace, breaker: CircuitBreaker, opening: Opening) -> None:
        """Open the circuit for all environments."""
        origin, now = transaction.route.origin, opening.at
        until = now + breaker.open_for
        with self._lock:
            known = self._known[origin]
            known.begin_anew()
            known.learn(until, now, good_for=breaker.open_for)  # this process heeds it even if the write fails
        opened = self._write(
            transaction,
            trace,
            lambda store, deadline: store.open(origin, until=until, opening=opening, deadline=deadline),
        )
        if opened is not False:
            with self._lock:
                known.learn(until, now)

    def _open_until(self, transaction: Transaction, trace: Trace, now: float) -> float:
        """Return until when the circuit is open, or was open last; 0 when it is closed."""
        with self._lock:
            known = self._known.get(transaction.route.origin)
            if known is None or (known.failed_at == -inf and not known.open_until) or not known.is_suspect(now):
                return 0.0
            if known.is_good(now):
                return known.open_until
            known.learn(known.open_until, now)  # other threads need not read it, too
        open_until = self._read(transaction, trace)
        with self._lock:
            if known.read_at == now:  # else another thread knows better by now
                known.open_until = open_until
                if open_until:
                    known.begin_anew()
        return open_until

    def _read(self, transaction: Transaction, trace: Trace) -> float:
        """Return until when the circuit is or was open by the shared state; 0 when it is closed, or unknown."""
        try:
            return self._store.read(transaction.route.origin, deadline=transaction.store_deadline) or 0.0
        except StoreError as error:
            trace.faults.store_failed("circuits", error)
            return 0.0

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

    def _write(
        self, transaction: Transaction, trace: Trace, write: Callable[[CircuitStore, Deadline], bool | None]
    ) -> bool | None:
        """Write shared state, and return the result of the store. False when the store fails."""
        try:
            return write(self._store, transaction.store_deadline)
        except StoreError as error:
            trace.faults.store_failed("circuits", error)
            return False


def circuit_open(transaction: Transaction, open_until: float, now: float) -> OriginCircuitOpen:
    """Return the error of a request while the circuit of its origin is open."""
    return OriginCircuitOpen(f"{transaction.route.origin} has failed too often of late", open_until - now)
