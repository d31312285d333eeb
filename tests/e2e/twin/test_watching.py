"""What a developer sees of live requests: the lines of `brine dev`, `brine tail` and `brine top`, of a real gateway."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.live.live import Live
from brine_cli.live.text.printer import LogPrinter
from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
SECONDS = 30


def origin(asked: HttpRequest) -> HttpResponse:
    lasting = (b"cache-control", b"max-age=600")
    if asked.target.startswith(b"/cookie"):
        return HttpResponse(status=200, headers=(lasting, (b"set-cookie", b"a=secret")), body=b"c")
    if asked.target == b"/events":
        return HttpResponse(status=200, headers=((b"content-type", b"text/event-stream"),), body=b"data: 1\n\n")
    return HttpResponse(status=200, headers=(lasting, (b"etag", b'"1"')), body=b"hello")


class Watched:
    """A twin in front of an origin, and what it printed."""

    def __init__(self, twin: Twin, out: io.StringIO) -> None:
        self.twin = twin
        self._out = out
        self._read = 0

    def ask(self, path: bytes, *headers: bytes) -> str:
        """Return what was printed about one request, without the time."""
        before = self.printed()
        converse(self.twin.url, request(b"GET", path, *headers))
        until = time.monotonic() + SECONDS
        while (now := self.printed()) == before or not now.endswith("\n"):
            assert time.monotonic() < until
            time.sleep(0.01)
        return re.sub(r"^\d\d:\d\d:\d\d ", "", now.removeprefix(before))

    def printed(self) -> str:
        return self._out.getvalue()

    def run(self, *arguments: str) -> list[str]:
        """Return the lines of a command about this twin."""
        command = [sys.executable, "-m", "brine_cli", *arguments, "--twin", self.twin.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    out, listener = io.StringIO(), listen("127.0.0.1", 0)
    with (
        HttpServer(listener, origin),
        LogPrinter("line", out, io.StringIO(), {"COLUMNS": "100"}) as printer,
        Twin(template=TEMPLATE, origin=url_of(listener), live=Live(printer), report=printer.report) as twin,
    ):
        yield Watched(twin, out)


def test_each_request_is_a_line_with_its_result_and_its_reason(watched: Watched) -> None:
    line = watched.ask(b"/one")
    assert re.fullmatch(r"GET  /one +200 miss, stored +origin [\d.]+m?s +[\d.]+m?s +5 B\n", line), line
    line = watched.ask(b"/one")
    assert re.fullmatch(r"GET  /one +200 hit \(\d+m left\) +memory +[\d.]+m?s +5 B\n", line), line
    line = watched.ask(b"/one", b"cache-control: max-age=0")
    assert re.match(r"GET  /one +200 (validated|miss) \(request: max-age=0\) +origin ", line), line


def test_no_value_of_a_header_is_printed_but_the_directives(watched: Watched) -> None:
    line = watched.ask(b"/cookie", b"authorization: secret", b"x-key: secret", b"if-match: secret")
    assert " 200 miss (request: if-match" in line
    assert "secret" not in watched.printed()


def test_a_stream_of_events_is_explained_once(watched: Watched) -> None:
    first, second = watched.ask(b"/events"), watched.ask(b"/events")
    assert "all events" in re.sub(r"\s+", " ", first)
    assert "stream of events" not in second


def test_a_problem_is_explained_below_its_line(watched: Watched) -> None:
    first, *below = watched.ask(b"/never", b"cache-control: only-if-cached").splitlines()
    assert re.match(r"GET  /never +504 refused \(only-if-cached\) +gateway ", first)
    assert below == [" " * 9 + "nothing that may be used is stored"]


def test_tail_and_top_read_the_same_requests_from_another_process(watched: Watched) -> None:
    watched.ask(b"/tail?x=1")
    watched.ask(b"/tail?x=1")
    lines = watched.run("tail", "--json", "--last", "200", "--count", "2", "--path", "/tail")
    records = [json.loads(line) for line in lines]
    assert [record["result"] for record in records] == ["miss", "hit"]
    assert all(record["target"] == "/tail?x=1" for record in records)
    assert records[0]["origin_seconds"] < records[0]["seconds"]
    assert records[0]["cache_status"].startswith("brine; fwd=uri-miss")
    figures = json.loads(watched.run("top", "--once", "--json")[0])
    assert figures["since_start"]["hits"] >= 1
    assert {"method": "GET", "target": "/tail?x=1", "count": 2, "error": 0, "hit_ratio": 0.5} in figures["hot_keys"]
    assert any("HOT KEYS" in line for line in watched.run("top", "--once"))
