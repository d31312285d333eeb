"""A crowd of whole gateways, in processes of their own, on one emulated AWS and one origin."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Self

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_gateway
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Answer, Result

PROCESSES = 8
THREADS = 25
LIMIT = 60.0  # seconds for a round, after which everybody gives up


@dataclass(frozen=True, slots=True)
class Got:
    """The answer that one client of the crowd got."""

    path: str
    result: Result
    body: bytes
    stored: bool
    faults: tuple[str, ...]


class SlowOrigin(ThreadingHTTPServer):
    """Answers each path with its own name and its number of requests, after `delay` seconds and once it may.

    A path in a language counts as another one. `max_age`: for how many seconds an answer is fresh.
    """

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.delay = delay
        self.max_age = 600
        self.asked: dict[str, int] = {}
        self.lock = Lock()
        self.may_answer = Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SlowOrigin

    def do_GET(self) -> None:
        path = " ".join([self.path, *self.headers.get_all("Accept-Language", [])])
        with self.server.lock:
            count = self.server.asked[path] = self.server.asked.get(path, 0) + 1
        time.sleep(self.server.delay)  # the origin is slow on purpose
        self.server.may_answer.wait(LIMIT)
        body = page(path, count)
        self.send_response(200)
        self.send_header("Vary", "Accept-Language")
        self.send_header("Cache-Control", f"max-age={self.server.max_age}")
        self.send_header("Content-Length", str(len(body)))
        with suppress(ConnectionError):  # the client may have been killed
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        pass


@dataclass(frozen=True, slots=True)
class Crowd:
    """Two hundred clients in eight processes. All of them ask for each path at once, one path after the other.

    languages: those of the clients, in turn; none has one if there are none.
    """

    environment: dict[str, str]
    paths: list[str] = field(default_factory=list)
    languages: tuple[str, ...] = ()

    def language(self, client: int) -> str:
        """The language of a client, counted from 0 in its process, or ""."""
        return self.languages[client % len(self.languages)] if self.languages else ""

    def ask(self) -> list[Got]:
        """Return the answers of all clients."""
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(PROCESSES * THREADS)
        pipes = [context.Pipe(duplex=False) for _ in range(PROCESSES)]
        processes = [context.Process(target=_run, args=(self, barrier, sender), daemon=True) for _, sender in pipes]
        for process in processes:
            process.start()
        got: list[Got] = []
        try:
            for receiver, sender in pipes:
                sender.close()  # ours; when the process ends without a word, the next line raises EOFError
                got += receiver.recv()
        finally:
            for process in processes:
                process.terminate()
                process.join()
            for receiver, _ in pipes:
                receiver.close()
        return got


def page(path: str, count: int) -> bytes:
    """The origin's answer to the request for a path with this number."""
    return f"{path} {count}\n".encode() * 20


def ask(gateway: Gateway, path: str, language: str = "") -> Answer:
    """The gateway's answer to a GET."""
    fields = Fields([("accept-language", language)] if language else [])
    return gateway.serve(
        Request(method="GET", path=path, fields=fields), Deadline(time.monotonic() + 29, time.monotonic)
    )


def got_of(path: str, answer: Answer) -> Got:
    """The parts of an answer that can be sent to another process."""
    faults = tuple(map(str, answer.faults))
    return Got(path, answer.result, answer.response.body, answer.stored, faults)


def _run(crowd: Crowd, barrier: Barrier, sender: Connection) -> None:
    with HttpClient() as client, ThreadPoolExecutor(THREADS) as threads:
        gateway = build_gateway(crowd.environment, client)
        ask(gateway, f"/o/warm-up-{id(sender)}")  # the keyring is loaded, connections are open

        def run(client: int) -> list[Got]:
            got = []
            for path in crowd.paths:
                barrier.wait(LIMIT)
                got.append(got_of(path, ask(gateway, path, crowd.language(client))))
            return got

        sender.send([got for gots in threads.map(run, range(THREADS)) for got in gots])
