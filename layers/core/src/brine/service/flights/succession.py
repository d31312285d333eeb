"""How a caller comes to its turn, and how one caller takes over from a fetch that ended without an outcome.

The rule is here once, without any waiting: `TurnTaking.steps` yields each step, and threads and coroutines take the
steps in their own ways (docs/decisions/0110). A caller takes over if the flight that it waited for failed, was
abandoned, or has expired. All others go on waiting: for the fetch of their successor, until their own time is over.
A caller never waits for more than two fetches that fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Final, assert_never

from brine.ports.caching import Held
from brine.service.flights.turns import Failure, Follow, GiveUp, Lead

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from brine.ports.caching import Lease
    from brine.service.flights.in_flight import Flight
    from brine.service.flights.leasing import Flights
    from brine.service.flights.turns import Turn
    from brine.service.transaction import Trace

LONGEST_WAIT: Final = 0.25
"""Seconds of one wait for a flight: its time may begin, and end, meanwhile."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A step: wait until the flight is over, for `seconds` at most."""

    flight: Flight
    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """A step: wait for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StoreCall:
    """A step: make this call of the lease store, and send its result."""

    call: Callable[[], Lease | Held | None]


type Step = Wait | Pause | StoreCall


def taken(steps: Generator[Step, Lease | Held | None, Turn], sleep: Callable[[float], None]) -> Turn:
    """Take the steps in this thread, and return the turn."""
    result: Lease | Held | None = None
    try:
        while True:
            step, result = steps.send(result), None
            match step:
                case Wait():
                    step.flight.wait(step.seconds)
                case Pause():
                    sleep(step.seconds)
                case StoreCall():
                    result = step.call()
                case _:
                    assert_never(step)
    except StopIteration as end:
        turn: Turn = end.value
        return turn


@dataclass(slots=True, kw_only=True)
class TurnTaking:
    """One caller that takes its turn for a key. The arguments are those of `SingleFlight.turn`.

    `flight`: the flight that this caller leads in its process, once it does.
    """

    key: str
    flights: Flights
    lease_seconds: Callable[[], float]
    wait_seconds: float
    has_stale: bool
    may_store: Callable[[], bool]
    trace: Trace
    may_take_over: Callable[[], bool] = lambda: True
    accepts_failure: bool = False
    flight: Flight | None = field(init=False, default=None)
    _until: float = field(init=False)
    _since: int = field(init=False, default=0)
    _waited: bool = field(init=False, default=False)

    def steps(self) -> Generator[Step, Any, Turn]:
        """Yield the steps to this caller's turn, and return the turn."""
        in_flight, clock = self.flights.in_flight, self.flights.clock
        self._until = clock() + self.wait_seconds
        failures, last = 0, None
        while True:
            flight, leads = in_flight.join(self.key, last)
            if leads:
                self.flight = flight
                return (yield from self._lead(flight))
            if self.has_stale:
                return Follow(waited=False)
            while not flight.is_over and (now := clock()) < flight.expires_at:
                left = self._seconds_left(now)
                if left <= 0:
                    return GiveUp()
                yield Wait(flight, min(left, flight.expires_at - now, LONGEST_WAIT))
            if flight.is_over and flight.ending == "settled":
                return Follow()
            self._since = self._since or flight.since
            failures += flight.failures
            failure = flight.failure
            if failure is not None and (failures > 1 or self.accepts_failure):
                return GiveUp(failure)
            if not self.may_take_over():
                return GiveUp(failure)
            last, self._waited = flight, True

    def end(self, turn: Turn | None) -> None:
        """End the flight that this caller leads, if it does. None: the caller has not come to its turn."""
        flight = self.flight
        if flight is None:
            return
        if isinstance(turn, Lead):
            flight.ending, flight.failure = turn.ending, turn.failure
            flight.failures += turn.ending == "failed"
        elif isinstance(turn, GiveUp) and turn.failure is not None:
            flight.ending, flight.failure = "failed", turn.failure
        elif isinstance(turn, Follow):
            flight.ending = "settled"
        self.flights.in_flight.end(self.key, flight)

    def _lead(self, flight: Flight) -> Generator[Step, Any, Turn]:
        """Take the lease among all environments, as the only caller of this process."""
        if not self.may_store():
            return self._led(flight, None)
        lease = yield self._acquire()
        if isinstance(lease, Held):
            if self.has_stale:
                return Follow(waited=False)
            return (yield from self._poll(flight, lease))
        return self._led(flight, lease)

    def _poll(self, flight: Flight, held: Held | None) -> Generator[Step, Any, Turn]:
        """Wait for the holder of the lease in another environment, and for its successor if this caller is not it."""
        flights = self.flights
        number = 0
        while True:
            if held is None:
                return Follow(remote=True)
            failure = self._failure(flight, held)
            if failure is not None and (flight.failures > 1 or self.accepts_failure):
                return GiveUp(failure)
            now = flights.clock()
            left = self._seconds_left(now)
            if left <= 0:
                return GiveUp()
            if held.expires_at <= now:
                if not self.may_take_over():
                    return GiveUp(failure)
                lease = yield self._acquire()
                if not isinstance(lease, Held):
                    return self._led(flight, lease)
                held = lease
                continue
            self._waited = True
            yield Pause(min(flights.polling.pause(number), left))
            number += 1
            held = yield StoreCall(lambda: flights.leases.holder(self.key, self.trace))

    def _led(self, flight: Flight, lease: Lease | None) -> Turn:
        """Return the turn of the leader. Without a lease, the table has failed, or the response may not be stored."""
        lead = Lead(lease, self._waited)
        if lease is not None:
            failure = self._failure(flight, lease)
            if failure is not None and flight.failures > 1:  # the second fetch failed before this caller had the lease
                self.flights.give_back(lead, self.trace)
                return GiveUp(failure)
        flight.expires_at = self.flights.hold(lead, self.lease_seconds(), self.trace)
        return lead

    def _failure(self, flight: Flight, lease: Lease | Held) -> Failure | None:
        """Return the last failure that this caller waited for, and count the failures; None if there was none."""
        flight.since = self._since = self._since or lease.token
        if lease.failed < self._since:
            return None
        flight.failures = 1 if lease.failed == self._since else 2
        return Failure.of_lease(lease.failure)

    def _seconds_left(self, now: float) -> float:
        """Return how long this caller can still wait. If the clock was set back, the deadline ends the wait."""
        deadline = self.trace.deadline
        return min(self._until - now, inf if deadline is None else deadline.remaining())

    def _acquire(self) -> StoreCall:
        return StoreCall(lambda: self.flights.acquire(self.key, self.trace))
