"""One call of the results cache on its way: from the key to a result, stored or computed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from brine.domain.results.stored import StoredException
from brine.errors import StoreError
from brine.ports.caching import Held, Lease
from brine.service.journal import Journal
from brine.service.results.store import Found
from brine.service.waiting import LEASE_MARGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.results.key import ResultEntry
    from brine.domain.results.lifetimes import ResultLifetimes
    from brine.domain.results.stored import StoredResult
    from brine.ports.deadline import Deadline
    from brine.service.flights import Flights
    from brine.service.journal import Fault
    from brine.service.results.store import ResultStore
    from brine.service.waiting import Waiting

type Outcome = Literal["hit", "stale", "collapsed", "miss", "failed"]
"""hit: stored and fresh. stale: stored, and served in its grace. collapsed: what another caller computed just now.
miss: computed. failed: computing raised, and nothing stored could stand in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a call came to. `layer`: where a stored result came from. `compute_time`: seconds, None without computing.

    `rebuild_exception`: whether the result is an exception, stored or new.
    """

    outcome: Outcome
    layer: Literal["memory", "table"] | None = None
    stored: bool = False
    rebuild_exception: bool = False
    compute_time: float | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved[T]:
    """A result and its story."""

    value: T
    story: Story


@dataclass(frozen=True, slots=True)
class Known:
    """A stored result that this call may use, and the exception that it is, if it is one."""

    stored: StoredResult
    layer: Literal["memory", "table"]
    error: Exception | None = None


@dataclass(slots=True, kw_only=True)
class Computation[T]:
    """A place for a result, and how to compute it in `seconds` at most. `story` is told when it is over."""

    place: ResultEntry
    compute: Callable[[], T]
    windows: ResultLifetimes
    store: ResultStore
    flights: Flights
    waiting: Waiting
    clock: Callable[[], float]
    seconds: float
    deadline: Deadline | None
    story: Story = field(init=False, default=Story(outcome="failed", rebuild_exception=True))
    _journal: Journal = field(init=False, default_factory=Journal)
    _known: Known | None = field(init=False, default=None)
    _found: Found = field(init=False, default_factory=Found)
    _seen: int = field(init=False, default=0)
    _lease: Lease | None = field(init=False, default=None)

    def result(self) -> T:
        """The result, stored or computed. Raises what computing raises."""
        self._look()
        if (known := self._fresh()) is not None:
            return self._served(known, "hit")
        flight = self.flights.join(self.place.key)
        if flight.leads:
            try:
                return self._lead()
            finally:
                self.flights.land(flight)
        if (known := self._usable()) is not None:
            return self._served(known, "stale")
        flight.wait(self._patience())
        return self._follow()

    def _lead(self) -> T:
        """Compute for this process, unless another process has the lease: then wait for that one."""
        turn = self._acquire()
        if isinstance(turn, Held):
            if (known := self._usable()) is not None:
                return self._served(known, "stale")
            turn = self.waiting.await_turn(
                self._patience(),
                self.clock,
                holder=lambda: self.store.leases.holder(self.place.key, self._journal),
                acquire=self._acquire,
            )
            if turn is None:
                return self._follow()
        if not isinstance(turn, Lease):
            return self._computed()
        self._lease = turn
        try:
            return self._lead_under_lease(turn)
        except BaseException:  # the end of the process, too: nobody is to wait for what will not come
            self._give_up()
            raise

    def _lead_under_lease(self, lease: Lease) -> T:
        if lease.committed > self._seen:  # somebody stored between our look and our lease
            self._look(consistent=True)
            if (known := self._fresh()) is not None:
                self._give_up()
                return self._served(known, "collapsed")
        return self._computed()

    def _follow(self) -> T:
        """Be served from what another caller stored; if there is nothing, compute, and store nothing."""
        self._look(consistent=True)
        known = self._usable()
        return self._computed() if known is None else self._served(known, "collapsed")

    def _look(self, *, consistent: bool = False) -> None:
        """Look in this process; if that does not settle it, in the table. Without a table, this process's counts."""
        now = self.clock()
        self._know(self.store.recall(self.place, now, self._journal), "memory")
        if self._fresh() is not None or self._journal.has("stamps"):
            return
        with suppress(StoreError):
            found = self.store.find(self.place, now, self._journal, consistent=consistent)
            self._know(found, "table")

    def _know(self, found: Found, layer: Literal["memory", "table"]) -> None:
        self._found = found
        self._seen = max(self._seen, found.generation)
        self._known = None
        stored = found.stored
        if stored is None:
            return
        error = None
        if isinstance(stored.value, StoredException):
            error = self.windows.rebuild_exception(stored.value)
            if error is None:
                return
        self._known = Known(stored, layer, error)

    def _computed(self) -> T:
        """Compute, and store what comes of it if there is a lease."""
        began = self.clock()
        try:
            value = self.compute()
        except Exception as error:
            took = self.clock() - began
            if type(error) in self.windows.negative:
                kept = self._keep(self.windows.failure(error, began))
                self._tell("miss", stored=kept, rebuild_exception=True, compute_time=took)
                raise
            if (known := self._usable()) is not None:
                self._give_up()
                return self._served(known, "stale", compute_time=took)
            self._tell("failed", rebuild_exception=True, compute_time=took)
            raise
        took = self.clock() - began
        kept = self._keep(self.windows.stored(value, began))
        self._tell("miss", stored=kept, compute_time=took)
        return value

    def _keep(self, stored: StoredResult) -> bool:
        """Whether it is stored now. Only who has a lease stores."""
        if self._lease is None:
            return False
        kept = self.store.keep(self.place, stored, self._found, self._lease, now=self.clock(), journal=self._journal)
        self._lease = None
        return kept

    def _give_up(self) -> None:
        """Give the lease back, if there is one."""
        lease, self._lease = self._lease, None
        if lease is not None:
            self.store.leases.release(lease, self._journal)

    def _acquire(self) -> Lease | Held | None:
        now = self.clock()
        seconds = self.seconds if self.deadline is None else min(self.seconds, self.deadline.remaining())
        return self.store.leases.acquire(
            self.place.key,
            owner=self.waiting.owner(),
            now=now,
            expires_at=now + seconds + LEASE_MARGIN,
            journal=self._journal,
        )

    def _patience(self) -> float:
        """Seconds to wait for others. As much is left for computing afterwards."""
        return self.seconds if self.deadline is None else min(self.seconds, self.deadline.remaining() / 2)

    def _fresh(self) -> Known | None:
        known = self._known
        return known if known is not None and known.stored.is_fresh(self.clock()) else None

    def _usable(self) -> Known | None:
        known = self._known
        return known if known is not None and known.stored.is_usable(self.clock()) else None

    def _served(self, known: Known, outcome: Outcome, *, compute_time: float | None = None) -> T:
        self._tell(outcome, layer=known.layer, rebuild_exception=known.error is not None, compute_time=compute_time)
        if known.error is not None:
            raise known.error
        return cast("T", known.stored.value)  # who computes under one key, computes one type

    def _tell(self, outcome: Outcome, **rest: Any) -> None:
        self.story = Story(outcome=outcome, faults=tuple(self._journal.faults), **rest)
