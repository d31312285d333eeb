"""Processes that share one budget, on a clock set by hand, and the count of what they send."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from brine.domain.resilience.budget_ledger import Ledger, applied
from brine.service.origins.allowance import Allowance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from brine.domain.resilience.budget import OriginBudget
    from brine.domain.resilience.budget_ledger import Take

START = 1_790_000_000.0


@dataclass
class BudgetCrowd:
    """Processes with one shared ledger. The last `refreshers` of them send refreshes.

    `sent`: the times of requests by process. `calls`, `refused`: how often the ledger was asked, and said no.
    """

    budget: OriginBudget
    processes: int = 8
    refreshers: int = 0
    seed: int = 1
    now: float = START
    ledger: Ledger = field(default_factory=Ledger)
    sent: list[tuple[float, int]] = field(default_factory=list)
    asked: int = 0
    calls: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - the demand of a test
        self._names = count()
        clients = self.processes - self.refreshers
        self.allowances = [Allowance(self.budget, number >= clients) for number in range(self.processes)]

    def ask(self, process: int) -> bool:
        """Return whether a process may send a request now."""
        self.asked += 1
        allowance = self.allowances[process]
        wait = allowance.permit(self._attempt, lambda: self.now, self.random.random, lambda: str(next(self._names)))
        if wait is None:
            self.sent.append((self.now, process))
        elif allowance.is_refresh:
            self.ledger = replace(self.ledger, refresh_wanted=self.now)
        return wait is None

    def run(self, demand: Iterable[tuple[float, int]]) -> None:
        """Ask at these times, seconds from START on, for these processes."""
        for time, process in demand:
            self.now = START + time
            self.ask(process)

    def run_greedily(self, seconds: float, *, busy: float, idle: float) -> None:
        """Let each process ask again at once: `busy` seconds after a request, `idle` ones after a refusal."""
        waiting = [(START + self.random.random() * idle, number) for number in range(self.processes)]
        heapq.heapify(waiting)
        while waiting[0][0] < START + seconds:
            self.now, process = heapq.heappop(waiting)
            pause = busy if self.ask(process) else idle
            heapq.heappush(waiting, (self.now + pause * self.random.uniform(0.5, 1.5), process))

    def times(self, keep: Callable[[int], bool] = lambda _: True) -> list[float]:
        """The times of the requests of some processes."""
        return [time for time, process in self.sent if keep(process)]

    def most_in(self, seconds: float, keep: Callable[[int], bool] = lambda _: True) -> int:
        """The most requests in any time of this length, whenever it begins."""
        times = self.times(keep)
        return max((at + 1 - bisect_right(times, time - seconds, hi=at) for at, time in enumerate(times)), default=0)

    def largest_burst(self) -> float:
        """The most that a token bucket with the budget's rate must hold for these requests."""
        level, last, most = 0.0, START, 0.0
        for time in self.times():
            level = max(0.0, level - (time - last) / self.budget.interval) + 1
            last, most = time, max(most, level)
        return most

    def used(self, since: float, until: float) -> float:
        """The part of the budget that was used between these times, in seconds from START on."""
        sent = [time for time in self.times() if START + since < time <= START + until]
        return len(sent) * self.budget.period / (until - since) / self.budget.requests

    def _attempt(self, take: Take) -> tuple[bool, Ledger]:
        self.calls += 1
        after = applied(self.ledger, take)
        self.refused += after is None
        self.ledger = after or self.ledger
        return after is not None, self.ledger


def poisson(
    random: Random, seconds: float, rate: float, process: Callable[[float], int]
) -> Iterator[tuple[float, int]]:
    """A demand of `rate` requests a second on average; `process` says whose at a time."""
    time = random.expovariate(rate)
    while time < seconds:
        yield time, process(time)
        time += random.expovariate(rate)
