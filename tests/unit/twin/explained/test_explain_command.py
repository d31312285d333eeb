"""The options of `brine explain`, and its errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.__main__ import main
from brine_cli.errors import CommandError
from brine_cli.explained import explain_command
from brine_cli.explained.asking import DEFAULT_URL, explanation_of, found_url
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer, listen, url_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.http.messages import HttpRequest

ANSWER: dict[str, Any] = {"verdict": {"sentence": "A hit."}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The requests that the command asks a twin to explain."""
    found: list[dict[str, Any]] = []

    def explained(members: dict[str, Any], _url: str) -> dict[str, Any]:
        found.append(members)
        return ANSWER

    monkeypatch.setattr(explain_command, "explanation_of", explained)
    return found


def test_the_options_are_those_of_the_request(
    asked: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "/a", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == ANSWER
    options = ["-H", "Accept: text/html", "-H", "X-Empty:", "--tenant", "acme", "-X", "PUT", "-d", "x", "--json"]
    assert main(["explain", "/a", *options]) == 0
    body = tmp_path / "body.json"
    body.write_text('{"a": 1}')
    assert main(["explain", "/a", "-d", f"@{body}", "--json"]) == 0
    assert asked == [
        {"url": "/a", "method": "GET", "headers": []},
        {
            "url": "/a",
            "method": "PUT",
            "headers": [["Accept", "text/html"], ["X-Empty", ""]],
            "body": "x",
            "tenant": "acme",
        },
        {"url": "/a", "method": "POST", "headers": [], "body": '{"a": 1}'},
    ]


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["/a", "-H", "Accept"], 1, "'Accept' is no header. Write it as"),
        (["/a", "-d", "@/nowhere"], 1, "-d @/nowhere: "),
        (["/a", "--twin", "ftp://x"], 1, "is not the URL of a server"),
        ([], 2, "Missing argument 'URL'"),
        (["/a", "--verb"], 2, "No such option"),
    ],
)
def test_a_mistake_is_told(options: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *options]) == code
    assert told in capsys.readouterr().err


def test_the_twin_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert found_url(None) == DEFAULT_URL
    assert found_url("127.0.0.1:4000/") == "http://127.0.0.1:4000"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as listening:
        yield listening


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (HttpResponse(status=200, body=b"hello"), "not as `brine dev` does"),
        (HttpResponse(status=200, body=b"{}"), "not as `brine dev` does"),
        (HttpResponse(status=404, body=b"no"), "not as `brine dev` does"),
        (HttpResponse(status=400, body=b'{"detail": "it is wrong."}'), "^it is wrong$"),
    ],
)
def test_another_server_is_no_twin(listener: socket.socket, response: HttpResponse, told: str) -> None:
    def answer(_: HttpRequest) -> HttpResponse:
        return response

    with HttpServer(listener, answer), pytest.raises(CommandError, match=told):
        explanation_of({"url": "/"}, url_of(listener))


def test_without_a_twin_the_command_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "/x", "--twin", "http://127.0.0.1:1"]) == 1
    assert "Start one with `brine dev`, or name its URL with --twin" in capsys.readouterr().err
