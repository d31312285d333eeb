"""The gateway as bootstrap builds it, on emulated AWS: its stored items, and the number of calls for each answer."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from brine.bootstrap.gateway import build_gateway, build_purger
from brine.domain.http.messages import Request
from brine.errors import ConfigError
from brine.ports.deadline import Deadline
from brine.settings import Settings
from tests.integration.counting import CountingClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Answer
    from tests.support.emulators.aws import Emulator

LARGE = random.Random(2).randbytes(100_000)  # noqa: S311 - no secret: bytes that do not compress
KEYS = '{"1": "a secret of the tests that is long enough"}'


class Pages(BaseHTTPRequestHandler):
    """An origin: /small, /large, /tagged, and /private, which no cache may keep."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = LARGE if self.path == "/large" else b"small"
        self.send_response(200)
        self.send_header("Cache-Control", "no-store" if self.path == "/private" else "max-age=600")
        if self.path == "/tagged":
            self.send_header("Surrogate-Key", "a b")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        pass


@pytest.fixture
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def client() -> Iterator[CountingClient]:
    with CountingClient() as client:
        yield client


@pytest.fixture
def environment(emulator: Emulator, origin: str, tmp_path: Path) -> dict[str, str]:
    name = f"calls-{uuid4().hex[:8]}"
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "o"\nprefix = "/o"\norigin = "${ORIGIN}"\n')
    return {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": emulator.create_secret(name, KEYS),
        "BRINE_ROUTES": str(routes),
        "BRINE_PURGE_DELTA": "60",
        "ORIGIN": origin,
    }


FILL = ["UpdateItem", "TransactWriteItems"]
"""The lease and the commit."""
TAGGED_FILL = ["UpdateItem", "BatchGetItem", "TransactWriteItems"]
"""The lease, the stamps of the tags, and the commit."""


def ask(gateway: Gateway, path: str) -> Answer:
    return gateway.serve(Request(method="GET", path=path), Deadline(time.monotonic() + 20, time.monotonic))


def stored_item(emulator: Emulator, table: str) -> dict[str, Any]:
    """The one stored response of a table, which has a lease beside it."""
    items = emulator.dynamodb.scan(TableName=table)["Items"]
    assert sorted(item["sk"]["S"] for item in items) == ["lease", "main"]
    return next(item for item in items if item["sk"]["S"] == "main")


def test_calls_per_answer(environment: dict[str, str], client: CountingClient) -> None:
    gateway = build_gateway(environment, client)
    costs = []
    for path in ("/o/small", "/o/large", "/o/private"):
        for restarted in (False, False, True, False):
            if restarted:
                gateway = build_gateway(environment, client)
            answer = ask(gateway, path)
            assert answer.response.body == (LARGE if path == "/o/large" else b"small")
            assert answer.faults == ()
            costs.append((path[3:], answer.result, answer.layer, client.taken()))
    assert costs == [
        ("small", "miss", None, ["BatchGetItem", *FILL]),
        ("small", "hit", "memory", []),
        ("small", "hit", "table", ["BatchGetItem"]),
        ("small", "hit", "memory", []),
        ("large", "miss", None, ["BatchGetItem", FILL[0], "PUT object", FILL[1]]),
        ("large", "hit", "memory", []),
        ("large", "hit", "table", ["BatchGetItem", "GET object"]),
        ("large", "hit", "memory", []),
        ("private", "miss", None, ["BatchGetItem", "UpdateItem", "TransactWriteItems"]),
        ("private", "miss", None, []),
        ("private", "miss", None, ["BatchGetItem"]),
        ("private", "miss", None, []),
    ]


def test_calls_for_purges_and_tags(environment: dict[str, str], client: CountingClient) -> None:
    clock = [time.time()]

    def restarted() -> Gateway:
        return replace(build_gateway(environment, client), clock=lambda: clock[0])

    def cost(gateway: Gateway) -> tuple[str, str | None, list[str]]:
        answer = ask(gateway, "/o/tagged")
        return answer.result, answer.layer, client.taken()

    gateway = restarted()
    assert cost(gateway) == ("miss", None, ["BatchGetItem", *TAGGED_FILL])
    gateway = restarted()
    assert cost(gateway) == ("hit", "table", ["BatchGetItem", "BatchGetItem"])  # the tags are known once it is read
    assert cost(gateway) == ("hit", "memory", [])
    clock[0] += 59
    assert cost(gateway) == ("hit", "memory", [])
    clock[0] += 2
    assert cost(gateway) == ("hit", "memory", ["BatchGetItem"])  # of stamps alone

    purger = replace(build_purger(environment, client), clock=lambda: clock[0])
    purger.tag("a")
    assert client.taken() == ["UpdateItem", "UpdateItem"]  # its place in the order, and its stamp
    assert cost(gateway) == ("hit", "memory", [])
    assert cost(restarted()) == ("miss", None, ["BatchGetItem", "BatchGetItem", *TAGGED_FILL])
    assert cost(restarted()) == ("hit", "table", ["BatchGetItem", "BatchGetItem"])
    clock[0] += 61
    assert cost(gateway) == ("hit", "table", ["BatchGetItem", "GetItem"])  # the copy in memory is invalid
    purger.url("/o/tagged")
    assert client.taken() == ["UpdateItem"]
    assert cost(restarted()) == (
        "miss",
        None,
        ["BatchGetItem", *TAGGED_FILL],
    )  # the key's stamp tells, so no tags are read before the fetch


def test_calls_for_an_unsafe_request(environment: dict[str, str], client: CountingClient) -> None:
    gateway, other = (build_gateway(environment, client) for _ in range(2))
    request = Request(method="POST", path="/o/small", body=b"new")

    def changed() -> list[str]:
        answer = gateway.serve(request, Deadline(time.monotonic() + 20, time.monotonic))
        assert (answer.response.status, answer.faults) == (204, ())
        return client.taken()

    assert changed() == ["UpdateItem"], "a key that was never stored"
    assert (ask(gateway, "/o/small").stored, client.taken()) == (True, ["BatchGetItem", *FILL])
    assert (ask(gateway, "/o/small").result, client.taken()) == ("hit", [])
    assert (ask(other, "/o/small").result, client.taken()) == ("hit", ["BatchGetItem"])
    assert changed() == ["UpdateItem"]
    assert (ask(gateway, "/o/small").stored, client.taken()) == (True, ["GetItem", *FILL])  # all stamps are known
    assert (ask(gateway, "/o/small").result, client.taken()) == ("hit", [])


def test_the_keyring_is_fetched_once_in_a_process(environment: dict[str, str], client: CountingClient) -> None:
    gateway = build_gateway(environment, client)
    for _ in range(3):
        ask(gateway, "/o/small")
        ask(gateway, "/o/large")
    assert client.calls.count("GetSecretValue") == 1


def test_an_altered_item_is_a_miss_a_fault_and_a_fresh_answer(
    environment: dict[str, str], client: CountingClient, emulator: Emulator
) -> None:
    ask(build_gateway(environment, client), "/o/small")
    table = environment["BRINE_TABLE"]
    item = stored_item(emulator, table)
    envelope = bytearray(item["envelope"]["B"])
    envelope[len(envelope) // 2] ^= 1
    emulator.dynamodb.put_item(TableName=table, Item={**item, "envelope": {"B": bytes(envelope)}})
    answer = ask(build_gateway(environment, client), "/o/small")
    assert (answer.result, answer.stored, answer.response.body) == ("miss", True, b"small")
    assert [str(fault) for fault in answer.faults] == ["envelope-tampered"]
    assert ask(build_gateway(environment, client), "/o/small").layer == "table"


def test_an_item_has_readable_attributes(
    environment: dict[str, str], client: CountingClient, emulator: Emulator
) -> None:
    before = time.time()
    ask(build_gateway(environment, client), "/o/small")
    item = stored_item(emulator, environment["BRINE_TABLE"])
    assert item["pk"]["S"].startswith("r#")
    assert (item["sk"]["S"], item["route"]["S"], item["target"]["S"]) == ("main", "o", "/small")
    assert before + 600 <= int(item["evict_at"]["N"]) <= before + 600 + 86_400 * 2


@pytest.mark.parametrize("missing", ["BRINE_TABLE", "BRINE_ROUTES", "AWS_REGION", "AWS_ACCESS_KEY_ID", "ORIGIN"])
def test_a_missing_setting_is_named(environment: dict[str, str], missing: str) -> None:
    del environment[missing]
    with pytest.raises(ConfigError, match=missing):
        build_gateway(environment)


def test_a_routes_file_that_is_not_there_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        build_gateway({**environment, "BRINE_ROUTES": "/nowhere.toml"})


def test_keys_of_the_environment_need_no_secrets_manager(environment: dict[str, str], client: CountingClient) -> None:
    del environment["BRINE_SIGNING_KEYS_SECRET"]
    gateway = build_gateway({**environment, "BRINE_SIGNING_KEYS": KEYS}, client)
    assert ask(gateway, "/o/small").stored
    assert "GetSecretValue" not in client.calls
    assert KEYS not in repr(Settings.from_environment({**environment, "BRINE_SIGNING_KEYS": KEYS}))


def test_bad_keys_of_the_environment_are_named_and_not_shown(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="BRINE_SIGNING_KEYS") as caught:
        build_gateway({**environment, "BRINE_SIGNING_KEYS": '{"1": "hidden"}'})
    assert "hidden" not in str(caught.value)
