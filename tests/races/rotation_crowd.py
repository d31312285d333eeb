"""Gateways in processes of their own with one clock, which a test moves on between the rounds of requests."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_gateway
from tests.races.crowd import LIMIT, PROCESSES, ask, got_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.sharedctypes import Synchronized

    from tests.races.crowd import Got

THREADS = 3
CLIENTS = PROCESSES * THREADS


@dataclass(frozen=True, slots=True)
class RotationCrowd:
    """The processes, by their pipes. `ahead`: how many seconds their clock is ahead of that of this machine."""

    pipes: list[Connection]
    ahead: Synchronized[float]

    def now(self) -> float:
        """Return the time of all processes."""
        return time.time() + self.ahead.value

    def move_to(self, at: float) -> None:
        """Let the time be `at` or later. It never goes back."""
        self.ahead.value += max(0.0, at - self.now())

    def ask(self, paths: list[str]) -> list[Got]:
        """Every client asks for all these paths, and begins with another one than its neighbours. Return all answers.

        `{client}` in a path becomes the number of the client.
        """
        for pipe in self.pipes:
            pipe.send(paths)
        got: list[Got] = []
        for pipe in self.pipes:
            assert pipe.poll(LIMIT)
            got += pipe.recv()
        return got


@contextmanager
def rotation_crowd(environment: dict[str, str]) -> Iterator[RotationCrowd]:
    """Start the processes, and stop them at the end."""
    context = multiprocessing.get_context("spawn")
    ahead = context.Value("d", 0.0)
    pipes = [context.Pipe() for _ in range(PROCESSES)]
    processes = [
        context.Process(target=_run, args=(environment, ahead, number, theirs), daemon=True)
        for number, (_, theirs) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    try:
        yield RotationCrowd([ours for ours, _ in pipes], ahead)
    finally:
        for process in processes:
            process.kill()
            process.join()
        for pipe in pipes:
            for end in pipe:
                end.close()


def _run(environment: dict[str, str], ahead: Synchronized[float], number: int, pipe: Connection) -> None:
    with HttpClient() as client, ThreadPoolExecutor(THREADS) as threads:
        gateway = build_gateway(environment, client, clock=lambda: time.time() + ahead.value)

        def run(thread: int, paths: list[str]) -> list[Got]:
            me = number * THREADS + thread
            first = me % len(paths)
            own = [path.format(client=me) for path in paths[first:] + paths[:first]]
            return [got_of(path, ask(gateway, path)) for path in own]

        while paths := pipe.recv():
            pipe.send([got for gots in threads.map(run, range(THREADS), [paths] * THREADS) for got in gots])
