"""Single flight: of many callers that miss the same key, one fetches (RFC 9111 section 4, "collapsing").

Four rules. One caller per key in a process, and one lease per key among all environments. A caller that waited looks
up again; if the stored response does not serve it, it fetches without a turn. If the fetch fails, or its process dies,
one of the callers that wait takes over. Only the holder of the newest lease stores.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from brine.domain.resilience.backoff import Backoff
from brine.service.flights.in_flight import InFlight
from brine.service.flights.renewals import Renewals
from brine.service.flights.turns import Lead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.ports.caching import Ending, Held, Lease
    from brine.service.flights.succession import TurnTaking
    from brine.service.flights.turns import Failure, Turn
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
class SingleFlight:
    """Gives each caller its turn for a key. `owner` names each fetch. `clock` gives seconds since 1970."""

    leases: Leases
    clock: Callable[[], float]
    polling: Polling = field(default_factory=Polling)
    in_flight: InFlight = field(default_factory=InFlight)
    renewals: Renewals = field(default_factory=Renewals)
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
        may_take_over: Callable[[], bool] = lambda: True,
        accepts_failure: bool = False,
    ) -> Iterator[Turn]:
        """Give the caller its turn, for as long as the context lasts; then others go on.

        lease_seconds: returns the seconds that the fetch may still take; called when the lease is taken. wait_seconds:
        how long the caller can wait. has_stale: it has a stale response to serve, so it does not wait. may_store:
        called for the first caller in a process, before it takes the lease. may_take_over: whether the caller has time
        for a fetch after one that had no outcome. accepts_failure: it has an answer for the failure of the origin, so
        it does not take over after that.
        """
        from brine.service.flights.succession import taken  # noqa: PLC0415 - no hit needs it

        taking = self.taking(
            key,
            lease_seconds=lease_seconds,
            wait_seconds=wait_seconds,
            has_stale=has_stale,
            may_store=may_store,
            trace=trace,
            may_take_over=may_take_over,
            accepts_failure=accepts_failure,
        )
        turn: Turn | None = None
        try:
            turn = taken(taking.steps(), self.polling.sleep)
            yield turn
        finally:
            try:
                if isinstance(turn, Lead) and turn.lease is not None:
                    self.give_back(turn, trace)
            finally:
                taking.end(turn)

    def taking(self, key: str, **options: Any) -> TurnTaking:
        """Return the way to a turn, for a caller that takes its steps itself. The arguments are those of `turn`."""
        from brine.service.flights.succession import TurnTaking  # noqa: PLC0415 - no hit needs it

        return TurnTaking(key=key, single_flight=self, **options)

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
            kind = "" if lead.failure is None else lead.failure.kind
            self.leases.release(lease, lead.ending, kind, trace)
