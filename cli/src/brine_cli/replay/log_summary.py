"""A log as a whole: its requests, its times, its wrong lines, and its gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from brine_cli.costs.prices import TABLE_SECONDS
from brine_cli.replay.logs.block_rows import SHOWN

if TYPE_CHECKING:
    from brine_cli.replay.gaps import Gap
    from brine_cli.replay.logs.block_rows import BlockRows
    from brine_cli.replay.logs.reading import LogFormat


@dataclass(slots=True)
class LogSummary:
    """`wrong`: the first wrong lines, as `file:line: why`. `at`: requests by second. `formats`: those of the files."""

    formats: list[LogFormat] = field(default_factory=list)
    lines: int = 0
    requests: int = 0
    left_out: int = 0
    wrong_lines: int = 0
    wrong: list[str] = field(default_factory=list)
    gaps: Counter[Gap] = field(default_factory=Counter)
    at: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    sized: int = 0
    bytes: int = 0

    def add(self, block: BlockRows, file: str, before: int) -> None:
        """Add a block of a file, in which there are `before` lines before it."""
        self.lines += block.lines
        self.requests += block.requests
        self.left_out += block.left_out
        self.wrong_lines += block.wrong_lines
        room = max(0, SHOWN - len(self.wrong))
        self.wrong += [f"{file}:{before + line}: {why}" for line, why in block.wrong[:room]]
        self.gaps.update(block.gaps)
        self.at.update(block.at)
        self.seconds += block.seconds
        self.sized += block.sized
        self.bytes += block.bytes

    @property
    def first(self) -> int:
        """The second of the first request."""
        return min(self.at)

    @property
    def last(self) -> int:
        """The second of the last request."""
        return max(self.at)

    @property
    def span(self) -> float:
        """Seconds from the first request to the last."""
        return float(self.last - self.first)

    @property
    def usual_size(self) -> int:
        """The mean size of a successful response."""
        return self.bytes // self.sized if self.sized else 0

    @property
    def peak(self) -> int:
        """The most requests in one second."""
        return max(self.at.values(), default=0)

    def environments(self, origin_seconds: float) -> int:
        """Estimate how many processes of the gateway work at the busiest second, if no request is a hit.

        origin_seconds: the time of the origin for rows without one.
        """
        timed = self.requests - self.gaps["seconds"]
        mean = (self.seconds + self.gaps["seconds"] * origin_seconds) / max(1, timed + self.gaps["seconds"])
        return max(1, ceil(self.peak * (TABLE_SECONDS + mean)))

    def reading_share(self, environments: int) -> float:
        """Return for which part of the requests a process reads the purges of the route and of everything.

        It relies on them for a second. Each request comes to one of the environments at random.
        """
        if not self.requests:
            return 0.0
        rest = 1 - 1 / environments
        return sum(environments * (1 - rest**count) for count in self.at.values()) / self.requests
