"""Callers of one key in several processes, whose steps to their turns are taken one at a time, in any order.

Time is a number. It passes only when every caller waits. Each fetch ends as `fate` says: `stored`, `private`, `failed`,
`cancelled`, `silent` (it fails after `SECONDS`, its lease being renewed), or `killed` (its process ends at once).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Literal

from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore
from brine.ports.caching import Item
from brine.service.flights.leasing import Polling
from brine.service.flights.succession import Pause, StoreCall, TurnTaking, Wait
from brine.service.flights.turns import Failure, Follow, GiveUp, Lead
from brine.service.single_flight import SingleFlight
from brine.service.stores.leases import Leases
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from brine.service.flights.turns import Turn

type Fate = Literal["stored", "private", "failed", "cancelled", "silent", "killed"]

KEY = "r#key"
SECONDS = 10.0
"""The longest time of a fetch."""


class NoThread:
    """Renewals that the scene makes, and no thread."""

    def begin(self, renew: Callable[[], bool]) -> Any:
        return OneLease(renew)


@dataclass
class OneLease:
    renew: Callable[[], bool]
    errors: tuple[()] = ()

    def stop(self) -> None:
        self.renew = lambda: False


@dataclass
class Waiting:
    """A caller: its step, when it can go on at the latest, and how it ended."""

    process: int
    taking: TurnTaking
    wait: float
    steps: Any = None
    step: Any = None
    resumes_at: float = 0.0
    turn: Turn | None = None
    end: Literal["stored", "fetched", "gave up", "killed"] | None = None
    ended_at: float = 0.0
    ends_fetch_at: float = inf
    fate: Fate = "stored"


@dataclass
class Callers:
    """The callers of one key, in `processes`. `fate` returns how fetch `number` ends, counted from 0."""

    random: Random
    fate: Callable[[int], Fate]
    processes: int = 2
    now: float = 1_000.0
    fetches: list[float] = field(default_factory=list)  # when each began
    waiting: list[Waiting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.items = MemoryItemStore()
        self.leases = MemoryLeaseStore(self.items)
        self.flights = [
            SingleFlight(
                leases=Leases(self.leases),
                clock=lambda: self.now,
                polling=Polling(random=self.random.random),
                renewals=NoThread(),  # type: ignore[arg-type]  # of the same form
            )
            for _ in range(self.processes)
        ]

    def come(self, process: int, wait: float, **options: Any) -> Waiting:
        """A caller comes that can wait so many seconds."""
        taking = TurnTaking(
            key=KEY,
            flights=self.flights[process],
            lease_seconds=lambda: SECONDS,
            wait_seconds=wait,
            has_stale=False,
            may_store=lambda: True,
            trace=Trace(self.now),
            **options,
        )
        caller = Waiting(process, taking, self.now + wait)
        caller.steps = taking.steps()
        self.waiting.append(caller)
        return caller

    def run(self) -> None:
        """Let all callers come to their ends."""
        while unfinished := [caller for caller in self.waiting if caller.end is None]:
            ready = [caller for caller in unfinished if self.is_ready(caller)]
            if ready:
                self.go_on(self.random.choice(ready))
            else:
                self.pass_time(min(caller.resumes_at for caller in unfinished))

    def is_ready(self, caller: Waiting) -> bool:
        if isinstance(caller.step, Wait) and caller.step.flight.is_over:
            return True
        return caller.resumes_at <= self.now

    def pass_time(self, until: float) -> None:
        """Let the time pass to `until`, and renew the leases of fetches each second."""
        while self.now < until:
            self.now = min(until, float(int(self.now) + 1))
            for caller in self.waiting:
                if caller.end is None and isinstance(caller.turn, Lead) and caller.turn.renewal is not None:
                    caller.turn.renewal.renew()

    def go_on(self, caller: Waiting) -> None:
        """Let one caller take its next step."""
        if caller.turn is not None:
            self.end_fetch(caller)
            return
        result = caller.step.call() if isinstance(caller.step, StoreCall) else None
        try:
            caller.step = caller.steps.send(result)
        except StopIteration as end:
            caller.turn = end.value
            self.begin_turn(caller)
            return
        match caller.step:
            case Wait() | Pause():
                caller.resumes_at = self.now + caller.step.seconds
            case _:
                caller.resumes_at = self.now

    def begin_turn(self, caller: Waiting) -> None:
        turn = caller.turn
        if isinstance(turn, GiveUp):
            self.finish(caller, "gave up")
        elif isinstance(turn, Follow) and (KEY, "main") in self.items.items:
            self.finish(caller, "stored")
        elif isinstance(turn, Lead) and turn.lease is not None and turn.lease.committed:
            self.flights[caller.process].give_back(turn, caller.taking.trace, "settled")
            self.finish(caller, "stored")
        else:
            caller.fate = self.fate(len(self.fetches)) if isinstance(turn, Lead) else "private"
            self.fetches.append(self.now)
            caller.resumes_at = self.now + (SECONDS if caller.fate == "silent" else 0.5)
            if caller.fate == "killed":
                self.kill(caller.process)

    def end_fetch(self, caller: Waiting) -> None:
        turn, flight = caller.turn, self.flights[caller.process]
        if isinstance(turn, Lead):
            match caller.fate:
                case "stored":
                    assert turn.lease is not None
                    turn.stop_renewing(caller.taking.trace.faults)
                    if self.leases.commit(turn.lease, "main", Item(envelope=b"", evict_at=1)):
                        turn.lease, turn.ending = None, "settled"
                case "failed" | "silent":
                    flight.give_back(turn, caller.taking.trace, "failed", Failure("origin-timeout"))
                case "private":
                    flight.give_back(turn, caller.taking.trace, "settled")
                case _:
                    flight.give_back(turn, caller.taking.trace)
        self.finish(caller, "fetched")

    def finish(self, caller: Waiting, end: Literal["stored", "fetched", "gave up"]) -> None:
        caller.end, caller.ended_at = end, self.now
        caller.taking.end(caller.turn)

    def kill(self, process: int) -> None:
        """End a process with all its callers. Its leases stay."""
        for caller in self.waiting:
            if caller.process == process and caller.end is None:
                caller.end, caller.ended_at = "killed", self.now
