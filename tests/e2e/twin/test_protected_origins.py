"""Origins with a limit, and origins that fail, over real HTTP: what clients get when the gateway does not ask."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.e2e.twin.test_purge import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
ROUTES = {
    "limited": 'origin_budget = "3/min"\ngrace = "1h"',
    "paused": 'origin_budget = "100/min"',
    "frail": 'retries = 0\ncircuit_breaker = { least_requests = 6, open_for = "2s" }',
}


@dataclass
class Server:
    """An origin: `answers` by path, else a response that is fresh for a minute. `asked`: the paths of its requests."""

    answers: dict[str, HttpResponse] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.target.decode()
        self.asked.append(path)
        fresh = HttpResponse(status=200, headers=((b"cache-control", b"max-age=60"),), body=b"well")
        return self.answers.get(path, self.answers.get("", fresh))


@dataclass(frozen=True)
class Gateway:
    """A twin with one route to each of the servers."""

    url: str
    servers: dict[str, Server]

    def ask(self, path: str) -> tuple[int, str, dict[str, str]]:
        """The status and Cache-Status of an answer, and its other fields by name in lower case."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=SECONDS) as answer:  # noqa: S310 - of the twin
                return answer.status, answer.headers["Cache-Status"], {k.lower(): v for k, v in answer.headers.items()}
        except urllib.error.HTTPError as error:
            with error:
                fields = {name.lower(): value for name, value in error.headers.items()}
                return error.code, error.headers["Cache-Status"], fields | {"problem": problem_in(error.read())}


def problem_in(body: bytes) -> str:
    """The last part of a problem's type, "" if the body is none."""
    return json.loads(body)["type"].rpartition(":")[2] if body.startswith(b"{") else ""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    path = tmp_path_factory.mktemp("routes") / "routes.toml"
    servers = {name: Server() for name in ROUTES}
    with ExitStack() as stack:
        text = ""
        for name, settings in ROUTES.items():
            listener = listen("127.0.0.1", 0)
            stack.enter_context(HttpServer(listener, servers[name]))
            text += f'[[route]]\nname = "{name}"\nprefix = "/{name}"\norigin = "{url_of(listener)}"\n{settings}\n'
        path.write_text(text)
        yield Gateway(stack.enter_context(Twin(template=TEMPLATE, routes=path)).url, servers)


def test_when_the_budget_is_spent_clients_get_what_is_stored_or_a_problem(gateway: Gateway) -> None:
    server = gateway.servers["limited"]
    server.answers["/old"] = HttpResponse(status=200, headers=((b"cache-control", b"max-age=1"),), body=b"old")
    for number in range(2):
        assert gateway.ask(f"/limited/{number}")[0] == 200
    assert gateway.ask("/limited/old")[0] == 200
    status, told, fields = gateway.ask("/limited/more")
    assert (status, told, fields["problem"]) == (503, "brine; detail=origin-budget-spent", "origin-budget-spent")
    assert 50 <= int(fields["retry-after"]) <= 62
    assert gateway.ask("/limited/0")[1].startswith("brine; hit; ttl=")
    time.sleep(1.1)  # the stored response is stale then
    status, told, _ = gateway.ask("/limited/old")
    assert (status, told.replace("ttl=-1", "ttl=0")) == (200, "brine; hit; ttl=0; detail=origin-budget-spent")
    assert server.asked == ["/0", "/1", "/old"]


def test_a_429_pauses_the_requests_to_the_origin(gateway: Gateway) -> None:
    server = gateway.servers["paused"]
    server.answers[""] = HttpResponse(status=429, headers=((b"retry-after", b"2"),), body=b"too many")
    status, told, fields = gateway.ask("/paused/a")
    assert (status, told) == (503, "brine; fwd=uri-miss; detail=origin-budget-paused")
    assert fields["retry-after"] == "2"
    server.answers.clear()
    assert gateway.ask("/paused/b")[:2] == (503, "brine; detail=origin-budget-paused")
    assert server.asked == ["/a"]
    time.sleep(2)  # as long as the origin asked for
    assert gateway.ask("/paused/b")[0] == 200


def test_one_url_that_fails_takes_no_other_away_but_several_open_the_circuit(gateway: Gateway) -> None:
    server = gateway.servers["frail"]
    busy = HttpResponse(status=503, headers=(), body=b"busy")
    server.answers["/bad"] = busy
    for _ in range(20):
        assert gateway.ask("/frail/bad")[0] == 503
    assert len(server.asked) == 20
    assert gateway.ask("/frail/good")[0] == 200
    server.answers[""] = busy
    for number in range(2):  # with the one that fails already, these are three URLs of four
        assert gateway.ask(f"/frail/{number}")[1].startswith("brine; fwd=uri-miss; fwd-status=503")
    status, told, fields = gateway.ask("/frail/more")
    assert (status, told, fields["problem"]) == (503, "brine; detail=origin-circuit-open", "origin-circuit-open")
    server.answers.clear()
    server.asked.clear()
    time.sleep(2.1)  # it is half open then
    assert [gateway.ask(f"/frail/again-{number}")[0] for number in range(8)] == [200] * 8
    assert len(server.asked) == 8
