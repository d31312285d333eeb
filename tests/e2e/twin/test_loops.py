"""Requests that come back to their gateway, over real HTTP: the gateway ends them at the second visit (RFC 8586)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.e2e.twin.test_purge import SECONDS
from tests.support.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
ROUTE = """
[[route]]
name = "{name}"
prefix = "/{name}"
origin = "{origin}"
"""


class Pair:
    """Two gateways with routes that lead in circles, and an origin. `asked`: its requests since the last `ask`."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.asked: list[HttpRequest] = []
        listener = listen("127.0.0.1", 0)
        stack.enter_context(HttpServer(listener, self._origin))
        ports = [free_port() for _ in range(2)]
        first, second = (f"http://127.0.0.1:{port}" for port in ports)
        routes = [
            {
                "ping": f"{first}/pong",
                "pong": f"{first}/ping",
                "circle": f"{second}/circle",
                "chain": f"{second}/chain",
            },
            {"circle": f"{first}/circle", "chain": url_of(listener)},
        ]
        twins = []
        for number, (port, origins) in enumerate(zip(ports, routes, strict=True)):
            path = folder / f"{number}.toml"
            path.write_text("".join(ROUTE.format(name=name, origin=origin) for name, origin in origins.items()))
            twins.append(stack.enter_context(Twin(template=TEMPLATE, routes=path, port=port)))
        self.url = twins[0].url

    def ask(self, method: str, path: str) -> tuple[int, str, bytes]:
        """The status, Cache-Status and body of the first gateway's answer."""
        self.asked.clear()
        asked = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310 - of the twin
        try:
            with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - the same
                return answer.status, answer.headers["Cache-Status"], answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Cache-Status"], error.read()

    def _origin(self, asked: HttpRequest) -> HttpResponse:
        self.asked.append(asked)
        return HttpResponse(status=200, headers=((b"cache-control", b"max-age=600"),), body=b"of the origin")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair(tmp_path_factory.mktemp("routes"), stack)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("path", "back", "visits"), [("/ping/x", "pong", 2), ("/circle/x", "circle", 3)])
def test_a_loop_ends_when_it_comes_back(pair: Pair, method: str, path: str, back: str, visits: int) -> None:
    status, cache_status, body = pair.ask(method, path)
    assert (status, cache_status.count("brine;")) == (508, visits)  # each visit adds a member
    assert f'the request came back to route "{back}": its CDN-Loop names this gateway' in json.loads(body)["detail"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_two_gateways_in_a_row_are_no_loop(pair: Pair, method: str) -> None:
    status, _, body = pair.ask(method, "/chain/x")
    assert (status, body) == (200, b"of the origin")
    (asked,) = pair.asked
    names = [value for name, value in asked.headers if name == b"cdn-loop"]
    assert (len(names), len(set(names))) == (2, 2)
