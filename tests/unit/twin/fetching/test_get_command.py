"""`brine get` against a server of the test."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import pytest

from brine_cli.__main__ import main
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.http.messages import HttpRequest

MISS = b"brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
HIT = b"brine; hit; ttl=59"


class Server:
    """Answers with JSON: a miss, then hits. `asked`: the requests."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []
        self.url = ""
        self.record: dict[str, object] | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.target.startswith(b"/_brine/events"):
            body = b"" if self.record is None else b"data: " + json.dumps(self.record).encode() + b"\n\n"
            return HttpResponse(status=200, headers=((b"content-type", b"text/event-stream"),), body=body)
        self.asked.append(request)
        status = MISS if len(self.asked) == 1 else HIT
        if request.target == b"/image":
            headers = ((b"content-type", b"image/png"), (b"cache-status", status))
            return HttpResponse(status=200, headers=headers, body=b"\x89PNG\xff")
        return HttpResponse(
            status=200,
            headers=((b"content-type", b"application/json"), (b"cache-status", status)),
            body=b'{"number":%d}' % len(self.asked),
        )


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with listen("127.0.0.1", 0) as listener, HttpServer(listener, made):
        made.url = url_of(listener)
        yield made


class Terminal(io.StringIO):
    """A terminal without colours, in the place of stdout."""

    def isatty(self) -> bool:
        return True

    def run(self, *arguments: str) -> str:
        """Run the command, which must end well, and return the words that it showed."""
        with redirect_stdout(self):
            assert main(["get", *arguments]) == 0
        return " ".join(self.getvalue().split())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")
    return Terminal()


def test_a_terminal_gets_status_headers_body_words_and_times(server: Server, terminal: Terminal) -> None:
    server.record = {"method": "GET", "target": "/api/1?x=y", "time": 2**33, "origin_seconds": 0.0}
    server.record |= {"gateway_seconds": 0.0, "layer": None}
    shown = terminal.run("/api/1?x=y", "--twin", server.url, "-H", "Accept: application/json")
    assert shown.startswith("200 OK 12 B, ")
    assert f"cache-status: {MISS.decode()} " in shown
    assert ' { "number": 1 } ' in shown
    assert "MISS brine had nothing that it may use for this URL. It asked the origin, which answered 200." in shown
    assert "first byte" not in shown
    assert re.search(r"twin [\d.]+ ms (█* )?gateway 0.0 ms with its stores origin 0.0 ms download", shown)
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("GET", b"/api/1?x=y")
    assert (b"accept", b"application/json") in asked.headers


def test_a_pipe_gets_the_body_alone(server: Server, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["get", f"{server.url}/image"]) == 0
    assert capfdbinary.readouterr().out == b"\x89PNG\xff"


def test_a_binary_body_is_not_shown_and_can_be_saved(
    server: Server, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = terminal.run(f"{server.url}/image")
    assert "(the body is binary: image/png, 5 B. Save it with -o FILE)" in shown
    shown = terminal.run(f"{server.url}/image", "-o", "image.png")
    assert (tmp_path / "image.png").read_bytes() == b"\x89PNG\xff"
    assert "(5 B saved to image.png)" in shown


def test_data_makes_a_post_of_json(server: Server, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "query.json"
    file.write_text('{"q":2}')
    terminal.run(f"{server.url}/search", "-d", '{"q":1}')
    terminal.run(f"{server.url}/search", "-d", f"@{file}", "-X", "put", "-H", "content-type: text/plain")
    first, second = server.asked
    assert (first.method, first.body, dict(first.headers)[b"content-type"]) == ("POST", b'{"q":1}', b"application/json")
    assert (second.method, second.body, dict(second.headers)[b"content-type"]) == ("PUT", b'{"q":2}', b"text/plain")


def test_repeated_requests_get_a_line_each_and_figures(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["get", f"{server.url}/api/1", "--repeat", "3"]) == 0
    first, second, third, figures = capsys.readouterr().out.splitlines()
    assert first.endswith("uri-miss, stored")
    assert (second.endswith("hit, ttl 59"), third.endswith("hit, ttl 59")) == (True, True)
    assert figures.startswith("3 requests: 2 hits (67%), 3x 200. min / median / max: ")


def test_json_has_the_answer_the_words_and_the_times(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["get", f"{server.url}/api/1", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["status"], document["body"], document["base64"]) == (200, '{"number":1}', False)
    (member,) = document["cache_status"]
    assert (member["cache"], member["fwd"], member["ttl"]) == ("brine", "uri-miss", 60)
    assert member["explained"].startswith("brine had nothing")
    assert document["seconds"]["total"] >= document["seconds"]["first_byte"] > 0
    assert document["seconds"]["origin"] is None
    assert main(["get", f"{server.url}/image", "--json", "--repeat", "2"]) == 0
    assert [json.loads(line)["base64"] for line in capsys.readouterr().out.splitlines()] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["http://127.0.0.1:1/x"], 1, "no answer came from 127.0.0.1:1: Connection refused. Is the server running?"),
        (["http://nowhere.invalid/"], 1, "nowhere.invalid is not known: "),
        (["ftp://x/y"], 1, "ftp://x/y is not a URL. Write http://HOST/PATH, or a path of the running twin"),
        (["/x", "-H", "Accept"], 2, "'Accept' is not of the form 'NAME: VALUE'."),
        (["/x", "-d", "@missing.json", "--twin", "127.0.0.1:1"], 1, "-d @missing.json: the file cannot be read: "),
        (["/x", "-o", "y", "--repeat", "2"], 2, "-o saves one body. Leave out --repeat, or -o."),
    ],
)
def test_each_mistake_has_its_remedy(
    arguments: list[str], code: int, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["get", *arguments]) == code
    assert error in capsys.readouterr().err
