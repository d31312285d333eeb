"""The flights of a process, and the leases for them among all environments."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from brine.domain.resilience.backoff import Backoff
from brine.service.flights.in_flight import InFlight
from brine.service.flights.renewals import Renewals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.ports.caching import Ending, Held, Lease
    from brine.service.flights.turns import Failure, Lead
    from brine.service.stores.leases import Leases
    from brine.service.transaction import Trace

LEASE_MARGIN: Final = 2.0
"""Seconds that a lease may last longer than the work that it is for: storing takes time too."""
BACKOFF: Final = Backoff(first=0.025, longest=0.2, least=0.5)
LEASE_SECONDS: Final = 3.0
"""Seconds that a lease lasts, and so the time until another caller may take over from a holder that was killed.

The holder renews its lease while it works (`brine.service.flights.renewals`).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How to poll the lease of another environment. `random` gives numbers of [0, 1)."""

    backoff: Backoff = BACKOFF
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random

    def pause(self, number: int) -> float:
        """Return the seconds to wait before look `number` at the lease, counted from 0."""
        return self.backoff.wait(number, self.random())


@dataclass(frozen=True, slots=True, kw_only=True)
class Flights:
    """Takes, holds and gives back leases. `owner` names each fetch. `clock` gives seconds since 1970."""

    leases: Leases
    clock: Callable[[], float]
    polling: Polling = field(default_factory=Polling)
    in_flight: InFlight = field(default_factory=InFlight)
    renewals: Renewals = field(default_factory=Renewals)
    owner: Callable[[], str] = lambda: uuid4().hex

    def acquire(self, key: str, trace: Trace) -> Lease | Held | None:
        """Return the lease of a key for `LEASE_SECONDS`, or its holder; None if the table fails."""
        now = self.clock()
        return self.leases.acquire(key, owner=self.owner(), now=now, expires_at=now + LEASE_SECONDS, trace=trace)

    def hold(self, lead: Lead, seconds: float, trace: Trace) -> float:
        """Renew the lease of a lead from now on, until it is used or given back.

        seconds: of the work that it is for. Returns when the work must be over, in seconds since 1970: after that the
        lease is not renewed.
        """
        until, lease = self.clock() + seconds + LEASE_MARGIN, lead.lease
        if lease is None:
            return until

        def renew() -> bool:
            now = self.clock()
            return now < until and self.leases.renew(lease, min(now + LEASE_SECONDS, until), trace)

        lead.renewal = self.renewals.begin(renew)
        return until

    @contextmanager
    def held(self, lead: Lead, seconds: float, trace: Trace) -> Iterator[None]:
        """Hold the lease while the context lasts, and give it back at the end if it was not used.

        It is given back also if an exception or the process ends the work.
        """
        self.hold(lead, seconds, trace)
        try:
            yield
        finally:
            self.give_back(lead, trace)

    def give_back(self, lead: Lead, trace: Trace, ending: Ending | None = None, failure: Failure | None = None) -> None:
        """Give an unused lease back now, so that the next caller need not wait.

        `ending`, `failure`: how the fetch ended, for the callers that wait; None if the lead knows it.
        """
        if ending is not None:
            lead.ending, lead.failure = ending, failure
        if lead.renewal is not None:
            lead.stop_renewing(trace.faults)
        lease, lead.lease = lead.lease, None
        if lease is not None:
            failed = "" if lead.failure is None else lead.failure.for_lease()
            self.leases.release(lease, lead.ending, failed, trace)
