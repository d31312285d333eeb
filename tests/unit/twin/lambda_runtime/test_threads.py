"""A function whose template permits it serves all its requests in one process, each in its own thread."""

from __future__ import annotations

import io
import os
import signal
from concurrent.futures import ThreadPoolExecutor

from brine_cli.lambda_runtime.worker import WholeLines
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


def test_no_thread_breaks_the_line_of_another_one() -> None:
    out = io.StringIO()
    lines = WholeLines(out)
    lines.write('{"first":')
    with ThreadPoolExecutor(1) as other:
        other.submit(print, '{"second": 2}', file=lines).result()
        other.submit(print, "a begun line", end="", file=lines, flush=True).result()
    print(" 1}", file=lines)
    assert out.getvalue() == '{"second": 2}\na begun line{"first": 1}\n'
    assert lines.isatty() is False


def test_each_line_of_many_threads_is_whole() -> None:
    shown: list[str] = []
    with Twin(template=THREADS, show=shown.append) as twin, ThreadPoolExecutor(TOGETHER) as clients:
        list(clients.map(lambda _: ask(twin), range(5 * TOGETHER)))
    assert shown == ["a line of many parts"] * (5 * TOGETHER)
