"""The options of `brine explain`, and its errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.__main__ import main
from brine_cli.desk.client import DeskClient
from brine_cli.desk.twin_choice import DEFAULT_URL

if TYPE_CHECKING:
    from pathlib import Path

ANSWER: dict[str, Any] = {"verdict": {"sentence": "A hit."}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """The requests that the command asks a twin to explain."""
    found: list[dict[str, Any]] = []

    def explained(twin: DeskClient, name: str, members: dict[str, Any]) -> dict[str, Any]:
        assert name == "explain"
        found.append({**members, "twin": twin.url} if twin.url != DEFAULT_URL else members)
        return ANSWER

    monkeypatch.setattr(DeskClient, "post", explained)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))  # no twin runs
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
        {"url": "/a", "method": "GET", "headers": [["Accept", "*/*"]]},
        {
            "url": "/a",
            "method": "PUT",
            "headers": [["Content-Type", "application/json"], ["Accept", "text/html"], ["X-Empty", ""]],
            "body": "x",
            "tenant": "acme",
        },
        {
            "url": "/a",
            "method": "POST",
            "headers": [["Accept", "*/*"], ["Content-Type", "application/json"]],
            "body": '{"a": 1}',
        },
    ]


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["/a", "-H", "Accept"], 1, "'Accept' is no header. Write it as"),
        (["/a", "-d", "@/nowhere"], 1, "-d @/nowhere: "),
        (["/a", "--twin", "ftp://x"], 1, "is not the URL of a server"),
        ([], 2, "Missing argument 'URL'"),
        (["/a", "--verb"], 2, "There is no option --verb"),
    ],
)
def test_a_mistake_is_told(options: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *options]) == code
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/a?x=1", "/a?x=1"),
        ("http://127.0.0.1:3000/a?x=1#top", "/a?x=1"),
        ("https://gateway.test", "/"),
        ("https://gateway.test?x=/", "/?x=/"),
        ("orders", "orders"),
    ],
)
def test_the_host_of_a_url_does_not_count(asked: list[dict[str, Any]], url: str, target: str) -> None:
    assert main(["explain", url, "--json"]) == 0
    assert [members["url"] for members in asked] == [target]


@pytest.mark.parametrize(
    ("options", "twin"),
    [
        (["http://localhost:4000/a?x"], "http://localhost:4000"),
        (["http://[::1]:4000"], "http://[::1]:4000"),
        (["http://localhost:4000/a", "--twin", "127.0.0.1:5000"], "http://127.0.0.1:5000"),
        (["http://localhost.gateway.test/a"], None),
    ],
)
def test_a_url_of_this_machine_names_the_twin(
    asked: list[dict[str, Any]], options: list[str], twin: str | None
) -> None:
    assert main(["explain", *options, "--json"]) == 0
    assert [members.get("twin") for members in asked] == [twin]


def test_without_a_twin_the_command_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "/x", "--twin", "http://127.0.0.1:1"]) == 1
    assert "Start one with `brine dev`, or name its URL with --twin" in capsys.readouterr().err
