"""Eight processes before one origin with a budget, on an emulator with atomic writes."""

from __future__ import annotations

import multiprocessing
import time
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine.bootstrap.gateway import build_gateway
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from brine.service.origins.origin_client import OriginClient
from tests.integration.counting import CountingClient
from tests.support.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    from brine.domain.http.messages import Response
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.origins import Origin
    from tests.support.loopback import Peer

PROCESSES = 8
REQUESTS, PERIOD = 400, 4.0
SECONDS = 10.0
MOVES = 6.0  # seconds after which only two of the processes ask, others in each second
LIMIT = 60.0
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """What one process did: when it sent requests, how often it asked the table, and what else its clients got."""

    sent: list[float]
    calls: int
    refused: int
    unexpected: list[str]


@dataclass(frozen=True, slots=True)
class Timed:
    """An origin that notes when it is asked, before it is."""

    inner: Origin
    sent: list[float]

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        self.sent.append(time.time())
        return self.inner.fetch(origin, request, deadline)


def keep_answering(peer: Peer) -> None:
    """Answer each request of a connection. A POST that fails invalidates nothing, so it makes no calls of its own."""
    while peer.read_request():
        peer.send(NOT_FOUND)


def run(environment: dict[str, str], seconds: float, share: Callable[[float], bool], barrier: Barrier) -> Ran:
    """Ask all the time while `share` says so, at a time since the beginning."""
    with CountingClient() as client:
        gateway = build_gateway(environment, client)
        origins = gateway.fetcher.origins
        assert isinstance(origins, OriginClient)
        sent: list[float] = []
        timed = replace(origins, origin=Timed(origins.origin, sent))
        gateway = replace(gateway, fetcher=replace(gateway.fetcher, origins=timed))
        numbers, refused, unexpected = count(), 0, []
        barrier.wait(LIMIT)
        began = time.time()
        while time.time() < began + seconds:
            if not share(time.time() - began):
                time.sleep(0.02)
                continue
            request = Request(method="POST", path=f"/o/{next(numbers)}")
            answer = gateway.serve(request, Deadline(time.monotonic() + 20, time.monotonic))
            if answer.problem == "origin-budget-spent" and not answer.faults[1:]:
                refused += 1
                time.sleep(0.01)  # a client that comes back soon
            elif answer.response.status != 404 or answer.faults:
                unexpected.append(
                    f"{answer.problem} {answer.response.status} {[str(fault) for fault in answer.faults]}"
                )
        return Ran(sent, client.taken().count("UpdateItem"), refused, unexpected)


def _process(number: int, environment: dict[str, str], barrier: Barrier, sender: Connection) -> None:
    def share(since: float) -> bool:
        return since < MOVES or int(since) % (PROCESSES // 2) == number // 2

    sender.send(run(environment, SECONDS, share, barrier))


@pytest.mark.races
@pytest.mark.slow
def test_eight_processes_keep_to_a_budget_and_use_it(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with Loopback(keep_answering) as origin:
        rate = f"{REQUESTS}/{PERIOD:g}s"
        Path(environment["BRINE_ROUTES"]).write_text(
            f'[[route]]\nname = "o"\nprefix = "/o"\norigin = "{origin.address}"\norigin_budget = "{rate}"\n'
        )
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(PROCESSES)
        pipes = [context.Pipe(duplex=False) for _ in range(PROCESSES)]
        processes = [
            context.Process(target=_process, args=(number, environment, barrier, sender), daemon=True)
            for number, (_, sender) in enumerate(pipes)
        ]
        for process in processes:
            process.start()
        try:
            for _, sender in pipes:
                sender.close()
            ran = [receiver.recv() for receiver, _ in pipes]
        finally:
            for process in processes:
                process.terminate()
                process.join()
    times = sorted(time for one in ran for time in one.sent)
    calls, refused = sum(one.calls for one in ran), sum(one.refused for one in ran)
    most = max(at + 1 - bisect_right(times, time - PERIOD, hi=at) for at, time in enumerate(times))
    used = len([time for time in times if times[0] + PERIOD / 2 < time <= times[0] + PERIOD / 2 + 2 * PERIOD])
    with capsys.disabled():
        print(
            f"\n{rate}: {most} at most, {used} in two periods, {calls} calls for {len(times)} sent, {refused} refused"
        )
    assert [told for one in ran for told in one.unexpected] == []
    assert refused > REQUESTS / 10  # the demand was larger than the budget
    assert most <= 1.02 * REQUESTS
    assert used >= 0.9 * 2 * REQUESTS
    assert calls <= 0.1 * (len(times) + refused)
