"""Lease holders that are killed or stopped in the middle of a fetch: one client takes over, and the others wait for it.

A holder that runs again later stores no response.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import pytest

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_gateway
from brine.domain.caching.cache_key import cache_key
from tests.races.crowd import LIMIT, Got, ask, got_of, page

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Answer
    from tests.races.crowd import SlowOrigin

pytestmark = pytest.mark.races
ROUNDS = 25  # of holders that are killed, and as many of holders that are stopped
CLIENTS = 4  # for each key, in two gateways
TIMEOUT = 25.0  # the route's, in seconds: much longer than a lease


def hold(environment: dict[str, str], paths: list[str], sender: Connection) -> None:
    """Be in the middle of a fetch for each path for a while, then send the results."""
    with HttpClient() as client, ThreadPoolExecutor(len(paths)) as threads:
        gateway = build_gateway(environment, client)
        sender.send(
            [
                got_of(path, answer)
                for path, answer in zip(paths, threads.map(lambda path: ask(gateway, path), paths), strict=True)
            ]
        )


class Holder:
    """A process with leases."""

    def __init__(self, environment: dict[str, str], paths: list[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self.receiver, sender = context.Pipe(duplex=False)
        self.process: SpawnProcess = context.Process(target=hold, args=(environment, paths, sender), daemon=True)
        self.process.start()
        sender.close()

    def signal(self, number: int) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def told(self) -> list[Got]:
        assert self.receiver.poll(LIMIT)
        told: list[Got] = self.receiver.recv()
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.join()
        self.receiver.close()


def wait_until_asked(origin: SlowOrigin, paths: list[str]) -> None:
    """Return when the origin has been asked for all `paths`."""
    until = time.monotonic() + LIMIT
    while not {path.removeprefix("/o") for path in paths} <= origin.asked.keys():
        assert time.monotonic() < until, "the holders never asked the origin"
        time.sleep(0.01)


def expiry(gateway: Gateway, path: str) -> float:
    """Return when the lease for a path ends, in seconds since 1970."""
    (route,) = gateway.routes
    assert route.timeout == TIMEOUT
    key = cache_key(tenant="", route=route, method="GET", target=path.removeprefix("/o"))
    held = gateway.fetcher.responses.store.leases.store.holder(f"r#{key}")
    assert held is not None
    return held.expires_at


def served(gateway: Gateway, path: str) -> tuple[Answer, float]:
    """Return the answer, and when it came."""
    return ask(gateway, path), time.time()


def test_another_environment_takes_over_and_the_response_of_a_stopped_one_is_too_late(
    environment: dict[str, str], origin: SlowOrigin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text(routes.read_text() + f'timeout = "{TIMEOUT:.0f}s"\n')
    killed, stopped = ([f"/o/{what}-{number}" for number in range(ROUNDS)] for what in ("killed", "stopped"))
    paths = killed + stopped
    origin.may_answer.clear()
    with ExitStack() as stack:
        dead = stack.enter_context(Holder(environment, killed))
        zombie = stack.enter_context(Holder(environment, stopped))
        wait_until_asked(origin, paths)
        dead.signal(signal.SIGKILL)
        zombie.signal(signal.SIGSTOP)
        origin.may_answer.set()  # the zombie's sockets have its answers now, and it reads them much later

        gateways = [build_gateway(environment, stack.enter_context(HttpClient())) for _ in range(2)]
        expiries = {path: expiry(gateways[0], path) for path in paths}
        threads = stack.enter_context(ThreadPoolExecutor(len(paths) * CLIENTS))
        clients = [(gateways[number % 2], path) for number in range(CLIENTS) for path in paths]
        answers = list(threads.map(lambda client: served(*client), clients))
        zombie.signal(signal.SIGCONT)
        late = zombie.told()

        assert all(answer.faults == () for answer, _ in answers)
        assert all(at >= expiries[path] for (_, path), (_, at) in zip(clients, answers, strict=True))
        assert sum(answer.stored for answer, _ in answers) == len(paths)  # one for each key
        assert {answer.result for answer, _ in answers} <= {"miss", "collapsed", "hit"}
        assert Counter(origin.asked.values()) == {2: len(paths)}  # by the holder and by one client
        assert late == [
            Got(path, "miss", page(path.removeprefix("/o"), 1), stored=False, faults=()) for path in stopped
        ]
        fresh = build_gateway(environment, stack.enter_context(HttpClient()))
        for path, (answer, _) in zip(paths, answers, strict=False):
            kept = ask(fresh, path)
            assert (kept.result, kept.response.body) == ("hit", answer.response.body)
            assert kept.response.body != page(path.removeprefix("/o"), 1)
        waited = max(at - expiries[path] for (_, path), (_, at) in zip(clients, answers, strict=True))
    with capsys.disabled():
        print(f"\n{ROUNDS} holders killed, {ROUNDS} stopped; the last answer came {waited:.1f} s after its lease")
