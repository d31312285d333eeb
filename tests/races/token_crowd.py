"""Gateways in processes of their own that need a token at once. They load no token server."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_gateway
from tests.races.crowd import LIMIT, PROCESSES, ask, got_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    from tests.races.crowd import Got

THREADS = 3
CLIENTS = PROCESSES * THREADS


@contextmanager
def token_crowd(environment: dict[str, str]) -> Iterator[Callable[[str], list[Got]]]:
    """Start the processes, and yield a function of a word: all clients ask for paths with it, each for its own."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(CLIENTS)
    pipes = [context.Pipe() for _ in range(PROCESSES)]
    processes = [
        context.Process(target=_run, args=(environment, barrier, theirs), name=f"p{number}", daemon=True)
        for number, (_, theirs) in enumerate(pipes)
    ]
    for process in processes:
        process.start()

    def ask_all(word: str) -> list[Got]:
        for ours, _ in pipes:
            ours.send(word)
        got: list[Got] = []
        for ours, _ in pipes:
            assert ours.poll(LIMIT)
            got += ours.recv()
        return got

    try:
        yield ask_all
    finally:
        for process in processes:
            process.kill()
            process.join()
        for pipe in pipes:
            for end in pipe:
                end.close()


def _run(environment: dict[str, str], barrier: Barrier, pipe: Connection) -> None:
    with HttpClient() as client, ThreadPoolExecutor(THREADS) as threads:
        gateway = build_gateway(environment, client)

        def one(path: str) -> Got:
            barrier.wait(LIMIT)
            return got_of(path, ask(gateway, path))

        while word := pipe.recv():
            paths = [f"/o/{word}/{multiprocessing.current_process().name}/{number}" for number in range(THREADS)]
            pipe.send(list(threads.map(one, paths)))
