"""The replay of one part of a log: all requests to some paths, in the order of their times."""

from __future__ import annotations

import gc
import marshal
import os
from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from brine_cli.replay.model.player import Player
from brine_cli.replay.origins.log_origins import LogOrigins
from brine_cli.replay.origins.samples import Samples
from brine_cli.replay.tallies import Tallies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from brine.domain.routing.route import Routes
    from brine_cli.replay.policies import PolicyFile
    from brine_cli.replay.rows import Row

_TIME: Final = itemgetter(0)
_STEP: Final = 2_000
"""Rows between two reports of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """The assumptions of every part of a replay. Times are in seconds.

    `origin_seconds`: the time of the origin for rows without one. `refresh_delay`: from a stale hit to its refresh.
    `environments`: processes of the gateway that share the hits. `usual_size`: bytes of a response without a size.
    """

    origin_seconds: float = 0.2
    refresh_delay: float = 0.2
    environments: int = 1
    usual_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The data that a worker needs for every part. `route`: the only route to replay; None for all."""

    policies: tuple[PolicyFile, ...]
    environment: Mapping[str, str] = field(repr=False)
    assumptions: Assumptions = Assumptions()
    samples: Samples = field(default_factory=Samples)
    route: str | None = None

    def routes(self) -> tuple[Routes, ...]:
        """Return the routes of each policy. Raises ConfigError."""
        return tuple(policy.routes(self.environment) for policy in self.policies)


def replay_part(
    rows: list[Row], job: Job, routes: Iterable[Routes], progress: Callable[[int], None] = lambda _: None
) -> list[Tallies]:
    """Replay rows against each policy, and return the tallies of each. progress: called with a number of rows."""
    rows.sort(key=_TIME)
    found = []
    was_enabled = gc.isenabled()
    gc.disable()  # the model keeps many objects, in no circles
    try:
        for of_policy in routes:
            assumed, tallies = job.assumptions, Tallies()
            player = Player(
                of_policy,
                LogOrigins(rows, job.samples, assumed.origin_seconds, assumed.usual_size),
                tallies,
                environments=assumed.environments,
                refresh_delay=assumed.refresh_delay,
                draw=drawn,
            )
            wanted = rows if job.route is None else [row for row in rows if _is_of(row, of_policy, job.route)]
            for start in range(0, len(wanted), _STEP):
                player.play(wanted[start : start + _STEP])
                progress(min(_STEP, len(wanted) - start))
            player.finish()
            progress(len(rows) - len(wanted))
            found.append(tallies)
    finally:
        if was_enabled:
            gc.enable()
    return found


def drawn(key: str, now: float) -> float:
    """Return a number of [0, 1) for a hit: the same in each replay, in whatever parts the log is replayed."""
    return crc32(f"{key} {now!r}".encode()) / 2**32


def _is_of(row: Row, routes: Routes, name: str) -> bool:
    route = routes.match(row[2].partition("?")[0])
    return route is not None and route.name == name


class Spool:
    """Rows on disk, in a folder: by part, and within it in the order of the log. Several processes may add to it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def add(self, part: int, block: int, rows: bytes) -> None:
        """Append the rows of a block to a part. Blocks may come in any order."""
        with open(f"{self._folder}/{part}-{os.getpid()}", "ab") as file:  # noqa: PTH123 - often, and faster
            marshal.dump((block, rows), file)

    def parts(self) -> list[int]:
        """Return the numbers of the parts, the largest first."""
        sizes = Counter[int]()
        for file in Path(self._folder).iterdir():
            sizes[int(file.name.partition("-")[0])] += file.stat().st_size
        return [part for part, _ in sizes.most_common()]

    def rows(self, part: int) -> list[Row]:
        """Return the rows of a part, in the order of the log."""
        blocks = [block for file in Path(self._folder).glob(f"{part}-*") for block in _blocks_in(file)]
        return [row for _, rows in sorted(blocks, key=_TIME) for row in marshal.loads(rows)]  # noqa: S302 - of this process and its workers


def _blocks_in(file: Path) -> Iterator[tuple[int, bytes]]:
    with file.open("rb") as content:
        while True:
            try:
                yield marshal.load(content)  # noqa: S302 - the same
            except EOFError:
                return
