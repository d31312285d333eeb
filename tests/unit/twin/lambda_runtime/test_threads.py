"""A function whose template permits it serves all its requests in one process, each in its own thread."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

from brine_cli.twin import Twin
from tests.unit.twin.conftest import THREADS
from tests.unit.twin.wire import converse, request, split

TOGETHER = 128


def ask(twin: Twin, path: bytes = b"/together") -> tuple[bytes, bytes]:
    status, _, body = split(converse(twin.url, request(b"GET", path)))
    return status, body


def test_128_requests_are_inside_one_process_at_once() -> None:
    with Twin(template=THREADS) as twin, ThreadPoolExecutor(TOGETHER) as clients:
        answers = list(clients.map(lambda _: ask(twin), range(TOGETHER)))
    assert {status for status, _ in answers} == {b"HTTP/1.1 200 OK"}
    assert len({body for _, body in answers}) == 1


def test_a_given_number_of_environments_means_one_request_each() -> None:
    with Twin(template=THREADS, environments=2, integration_timeout=0.5) as twin, ThreadPoolExecutor(4) as clients:
        waiting = [clients.submit(ask, twin) for _ in range(4)]
        assert {future.result()[0] for future in waiting} == {b"HTTP/1.1 503 Service Unavailable"}


def test_a_request_right_after_the_death_of_the_process_gets_a_new_one() -> None:
    with Twin(template=THREADS) as twin:
        for _ in range(5):
            status, pid = ask(twin, b"/odd/pid")
            assert status == b"HTTP/1.1 200 OK"
            os.kill(int(pid), signal.SIGKILL)
