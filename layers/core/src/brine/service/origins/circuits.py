"""The circuits of origins: what this process has seen of each, and what all processes share (docs/decisions/0064).

A process that sees an origin do well asks nobody about it. Only one that saw it fail within the last minute, or its
circuit open, reads what is shared, and goes by that for two seconds. What cannot be read counts as closed; a circuit
that this process opened itself stays open for it.
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
    from brine.domain.resilience.retries import Outcome
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.origins import CircuitStore
    from brine.service.http_cache.visit import Visit

READ_PAUSE = 2.0
"""Seconds for which a process goes by what it last read of a circuit."""
PROBE_MARGIN = 2.0
"""Seconds past the end of a probe after which somebody else may make one: its outcome must be written, too."""


@dataclass(slots=True)
class _Known:
    """What this process knows of an origin: its failures in a row; until when its circuit is open, 0 when closed.

    The latter is of the time `read_at`, and good for so many seconds.
    """

    streak: FailureStreak | None = None
    open_until: float = 0.0
    read_at: float = -inf
    good_for: float = 0.0

    def learn(self, open_until: float, now: float, good_for: float = READ_PAUSE) -> None:
        self.open_until, self.read_at, self.good_for = open_until, now, good_for

    def is_good(self, now: float) -> bool:
        """Not for longer where the clock was set back."""
        return abs(now - self.read_at) < self.good_for

    def is_suspect(self, now: float) -> bool:
        """Whether the origin may be down for all that this process knows."""
        return self.open_until > 0 or (self.streak is not None and self.streak.is_recent(now))


class Circuits:
    """Tells whether the origin of a visit may be asked, and learns from what came of it. Threads may share it.

    A probe has a name of its own, made by `owner`; None stands for an ordinary request.
    """

    def __init__(self, store: CircuitStore, *, owner: Callable[[], str] = lambda: uuid4().hex) -> None:
        self._store = store
        self._owner = owner
        self._known: dict[OriginAddress, _Known] = {}
        self._lock = threading.Lock()  # for what is known; never held during I/O

    def admit(self, visit: Visit, now: float, seconds: float) -> str | None:
        """Leave to ask the origin once, for so many seconds at most; a name where that is the probe.

        The outcome is to be reported, with the name, to `succeeded`, `failed` or `withdrawn`. Raises
        OriginCircuitOpen.
        """
        open_until = self._open_until(visit, now)
        if open_until > now:
            raise OriginCircuitOpen(f"{visit.route.origin} has failed too often of late", open_until - now)
        return self._claim(visit, now, seconds) if needs_probe(open_until, now) else None

    def succeeded(self, visit: Visit, probe: str | None) -> None:
        """The origin answered: it is well."""
        origin = visit.route.origin
        with self._lock:
            known = self._known.get(origin)
            if known is None:
                return
            known.streak = None
            if probe is not None:
                known.open_until = 0.0
        if probe is not None:
            self._tell(visit, lambda store: store.close(origin, owner=probe))

    def failed(self, visit: Visit, breaker: CircuitBreaker, probe: str | None, outcome: Outcome, now: float) -> None:
        """The origin failed. So often in a row, or in a probe, that opens its circuit."""
        origin, until = visit.route.origin, now + breaker.open_for
        with self._lock:
            known = self._known.setdefault(origin, _Known())
            if probe is None:
                if known.open_until > now:
                    return  # it was asked before the circuit opened
                known.streak = after_failure(known.streak, outcome, visit.request.path, now)
                if not known.streak.opens_circuit(breaker.failures):
                    return
            known.streak = None
            known.learn(until, now, good_for=breaker.open_for)  # if nobody else hears of it, this process heeds it
        if self._tell(visit, lambda store: store.open(origin, until=until)):
            with self._lock:
                known.learn(until, now)

    def withdrawn(self, visit: Visit, probe: str | None, now: float) -> None:
        """Nothing came to be known of the origin, or it was not asked: the probe is somebody else's to make."""
        origin = visit.route.origin
        if probe is not None:
            with self._lock:
                self._known[origin].open_until = now
            self._tell(visit, lambda store: store.open(origin, until=now))

    def _open_until(self, visit: Visit, now: float) -> float:
        """Until when the circuit is open, or was open last; 0 when it is closed."""
        with self._lock:
            known = self._known.get(visit.route.origin)
            if known is None or not known.is_suspect(now):
                return 0.0
            if known.is_good(now):
                return known.open_until
            known.learn(known.open_until, now)  # other threads need not read it, too
        open_until = 0.0
        try:
            open_until = self._store.within(visit.store_deadline).read(visit.route.origin) or 0.0
        except StoreError as error:
            visit.journal.store_failed("circuits", error)
        with self._lock:
            if known.read_at == now:  # else another thread knows better by now
                known.open_until = open_until
                if open_until:
                    known.streak = None  # the circuit's own count begins anew once it is closed
        return open_until

    def _claim(self, visit: Visit, now: float, seconds: float) -> str | None:
        """The name of the probe; None where the circuit was closed meanwhile. Raises OriginCircuitOpen."""
        origin = visit.route.origin
        owner, until = self._owner(), now + seconds + PROBE_MARGIN
        try:
            claim = self._store.within(visit.store_deadline).claim(origin, owner=owner, now=now, until=until)
        except StoreError as error:
            visit.journal.store_failed("circuits", error)
            claim = "closed"
        with self._lock:
            self._known[origin].learn(0.0 if claim == "closed" else until, now)
        if claim == "held":
            raise OriginCircuitOpen(f"{origin} is being probed", READ_PAUSE)
        return owner if claim == "taken" else None

    def _tell(self, visit: Visit, write: Callable[[CircuitStore], None]) -> bool:
        """Write for all processes to see. False when the store does not do its part."""
        try:
            write(self._store.within(visit.store_deadline))
        except StoreError as error:
            visit.journal.store_failed("circuits", error)
            return False
        return True
