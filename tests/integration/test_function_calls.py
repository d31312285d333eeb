"""An app as it is built on Lambda, on emulated AWS: the number of calls for each answer of a function's route."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from brine.app.app import App
from brine.app.engine import connected_engine
from brine.bootstrap.gateway import build_purger
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from tests.integration.counting import CountingClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine.app.engine import Engine
    from brine.service.functions.fetch import Fetch
    from brine.service.http_cache.answer import Answer
    from tests.support.emulators.aws import Emulator

KEYS = '{"1": "a secret of the tests that is long enough"}'
PARTS = ("a", "b", "c")


class Server(ThreadingHTTPServer):
    """Answers every path. `lifetimes`: the freshness lifetime of each route's responses, else ten minutes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.paths: list[str] = []
        self.lifetimes: dict[str, int] = {}


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        body = b'{"path": "%s"}' % self.path.encode()
        self.send_response(200)
        self.send_header("Cache-Control", f"max-age={self.server.lifetimes.get(self.path[1], 600)}")
        self.send_header("Surrogate-Key", f"tag-{self.path[1]}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client() -> Iterator[CountingClient]:
    with CountingClient() as client:
        yield client


@pytest.fixture
def environment(emulator: Emulator, server: Server, tmp_path: Path) -> dict[str, str]:
    name = f"functions-{uuid4().hex[:8]}"
    routes = tmp_path / "routes.toml"
    routes.write_text(
        "".join(f'[[route]]\nname = "{one}"\ninternal = true\norigin = "${{ORIGIN}}/{one}"\n' for one in PARTS)
    )
    return {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": emulator.create_secret(name, KEYS),
        "BRINE_ROUTES": str(routes),
        "BRINE_NAMESPACE": "shop",
        "BRINE_PURGE_DELTA": "60",
        "ORIGIN": f"http://127.0.0.1:{server.server_port}",
    }


def built(environment: dict[str, str], client: CountingClient) -> Engine:
    """A new environment of an app with a whole of three parts, one after the other."""
    app = App()

    @app.get("/whole", freshness_lifetime="5m", tags=["whole"])
    def whole(fetch: Fetch) -> list[Any]:
        return [fetch(name, "/x").json() for name in PARTS]

    return connected_engine(app.registrations, environment, client)


def get(engine: Engine, path: str = "/whole") -> Answer:
    deadline = Deadline(time.monotonic() + 60, time.monotonic)
    answer = engine.composed.gateway.serve(Request(method="GET", path=path), deadline)
    assert (answer.response.status, answer.faults) == (200, ())
    return answer


def test_calls_per_whole(environment: dict[str, str], client: CountingClient, server: Server) -> None:
    engine = built(environment, client)
    assert get(engine).result == "miss"
    look_up, fill = ["BatchGetItem", "UpdateItem"], ["BatchGetItem", "TransactWriteItems"]  # purges of tags first
    assert client.taken() == look_up + (look_up + fill) * 3 + fill
    assert (get(engine).layer, client.taken()) == ("memory", [])
    engine = built(environment, client)
    assert (get(engine).layer, client.taken()) == ("table", ["BatchGetItem", "BatchGetItem"])
    assert (get(engine).layer, client.taken()) == ("memory", [])
    assert sorted(server.paths) == ["/a/x", "/b/x", "/c/x"]


def test_a_whole_whose_two_parts_are_in_memory_fetches_the_third(
    environment: dict[str, str], client: CountingClient, server: Server
) -> None:
    server.lifetimes["c"] = 0
    engine = built(environment, client)
    get(engine)
    client.taken()
    server.paths.clear()
    answer = get(engine)
    assert [(part.route, part.result) for part in answer.parts] == [("a", "hit"), ("b", "hit"), ("c", "miss")]
    assert server.paths == ["/c/x"]
    assert not answer.stored
    assert client.taken() == []  # all tags are known, and the whole and /c are known not to be stored


def test_a_purge_of_a_part_reaches_a_whole_in_another_environment(
    environment: dict[str, str], client: CountingClient, server: Server
) -> None:
    environment = {**environment, "BRINE_PURGE_DELTA": "0"}
    engine, other = built(environment, client), built(environment, client)
    get(engine)
    assert get(other).result == "hit"
    build_purger(environment, client).tag("tag-c")
    assert get(other).result == "miss"
    assert server.paths == ["/a/x", "/b/x", "/c/x", "/c/x"]
