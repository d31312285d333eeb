"""The processes of a replay: they read blocks of the log, and replay parts of it.

A small log is read and replayed in this process: workers take a while to start.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from brine_cli.replay.logs.block_rows import block_rows
from brine_cli.replay.parts import Spool, replay_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.sharedctypes import Synchronized

    from brine_cli.replay.logs.block_rows import BlockRows
    from brine_cli.replay.logs.reading import LogFormat, Reading
    from brine_cli.replay.parts import Job
    from brine_cli.replay.tallies import Tallies

type Wanted = tuple[int, bytes, LogFormat, str, int]
"""A block to read: its number, its bytes, the format, the header of a CSV, and the number of parts."""


class Crew(Protocol):
    """Does the work of a replay."""

    def read(self, blocks: Iterable[Wanted], reading: Reading) -> Iterator[BlockRows]:
        """Read blocks, put their rows into the spool, and yield the rest of their content, in their order."""

    def replay(self, parts: Iterable[int], job: Job, progress: Callable[[int], None]) -> Iterator[list[Tallies]]:
        """Replay parts, and yield the tallies of each policy for each part. progress: called with numbers of rows."""


class ThisProcess:
    """Works alone."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def read(self, blocks: Iterable[Wanted], reading: Reading) -> Iterator[BlockRows]:
        """Read blocks, as Crew does."""
        for number, data, form, header, parts in blocks:
            found = block_rows(data, form, header, reading, parts)
            add_rows(found, number, self._spool)
            yield found

    def replay(self, parts: Iterable[int], job: Job, progress: Callable[[int], None]) -> Iterator[list[Tallies]]:
        """Replay parts, as Crew does."""
        routes = job.routes()
        for part in parts:
            yield replay_part(self._spool.rows(part), job, routes, progress)


class Processes:
    """Works with several processes. No more blocks are sent than they can take, so memory does not grow."""

    def __init__(self, pool: ProcessPoolExecutor, count: int, folder: str, done: Synchronized[int]) -> None:
        self._pool = pool
        self._most = 2 * count
        self._folder = folder
        self._done = done

    def read(self, blocks: Iterable[Wanted], reading: Reading) -> Iterator[BlockRows]:
        """Read blocks, as Crew does."""
        sent: deque[Any] = deque()
        for wanted in blocks:
            if len(sent) >= self._most:
                yield sent.popleft().result()
            sent.append(self._pool.submit(_read, wanted, reading, self._folder))
        while sent:
            yield sent.popleft().result()

    def replay(self, parts: Iterable[int], job: Job, progress: Callable[[int], None]) -> Iterator[list[Tallies]]:
        """Replay parts, as Crew does. The workers count their rows in shared memory."""
        sent = {self._pool.submit(_replay, part, job, self._folder) for part in parts}
        told = 0
        while sent:
            done, sent = wait(sent, timeout=0.2, return_when=FIRST_COMPLETED)
            progress(self._done.value - told)
            told = self._done.value
            for one in done:
                yield one.result()


@contextmanager
def crew(folder: str, count: int) -> Iterator[Crew]:
    """Yield the crew for the rows in a folder: `count` processes, or this process for a count of 1."""
    if count == 1:
        yield ThisProcess(Spool(folder))
        return
    context = multiprocessing.get_context("spawn")
    done = context.Value("q", 0)
    with ProcessPoolExecutor(count, context, _begin, (done,)) as pool:
        try:
            yield Processes(pool, count, folder, done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_done: list[Synchronized[int]] = []
"""In a worker: the number of rows that all workers have replayed. Shared memory can only come with the process."""


def _begin(done: Synchronized[int]) -> None:
    _done.append(done)


def _count(rows: int) -> None:
    with _done[0].get_lock():
        _done[0].value += rows


def _read(wanted: Wanted, reading: Reading, folder: str) -> BlockRows:
    """Read a block, and put its rows into the spool."""
    number, data, form, header, parts = wanted
    found = block_rows(data, form, header, reading, parts)
    add_rows(found, number, Spool(folder))
    return found


def _replay(part: int, job: Job, folder: str) -> list[Tallies]:
    return replay_part(Spool(folder).rows(part), job, job.routes(), _count)


def add_rows(found: BlockRows, number: int, spool: Spool) -> None:
    """Put the rows of a block into the spool."""
    for part, rows in found.parts.items():
        spool.add(part, number, rows)
    found.parts = {}
