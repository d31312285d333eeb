"""`--stack` of the commands: they ask the admin API of the stack, and no twin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.__main__ import main
from brine_cli.deployed import stack_client
from brine_cli.deployed.stack_client import StackPlace

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS = ("--stack", "brine", "--region", "eu-central-1", "--endpoint-url", "http://127.0.0.1:4566")
DOCUMENTS: dict[str, dict[str, Any]] = {
    "stored": {"items": [], "scanned": 0, "cursor": None},
    "explain": {"verdict": {"sentence": "A hit."}},
    "keys": {
        "keys": [
            {
                "function": None,
                "seals": 1,
                "keys": [{"id": 1, "state": "seals", "seals_from": None, "opens_until": None}],
                "error": None,
            }
        ]
    },
    "version": {"brine": "0.1.0", "python": "3.13.0"},
    "health": {"status": "ok", "checks": [{"check": "table", "error": None}]},
    "purge": {"stamp": "route:api", "soft": False},
    "stats": {
        "at": 1_790_000_040,
        "window": 3600,
        "period": 60,
        "route": "api",
        "requests": 1200,
        "requests_per_second": 0.333,
        "answered": 1000,
        "hits": 999,
        "hit_ratio": 0.999,
        "results": {"hit": 999, "miss": 1, "pass": 0},
        "faults": {"CircuitOpen": 2, "StoreFault": 0},
        "origin_calls": 3,
        "total_seconds": {"p50": 0.002, "p95": 0.01, "p99": None},
        "origin_seconds": {"p50": None, "p95": None, "p99": None},
        "usd": 0.0123,
        "series": {"requests": [0, 5, 10], "answered": [], "hits": [], "origin_calls": []},
    },
}


class Stack:
    """An admin API that answers with DOCUMENTS."""

    url = "https://api.test"

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, object]]] = []

    def get(self, name: str, parameters: Mapping[str, str | None]) -> dict[str, Any]:
        self.asked.append((name, {key: value for key, value in parameters.items() if value is not None}))
        return DOCUMENTS[name]

    def post(self, name: str, members: Mapping[str, object]) -> dict[str, Any]:
        self.asked.append((name, {key: value for key, value in members.items() if value is not None}))
        return DOCUMENTS[name]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Stack:
    made = Stack()

    def connect(place: StackPlace) -> Stack:
        assert place == StackPlace(name="brine", region="eu-central-1", endpoint_url="http://127.0.0.1:4566")
        return made

    monkeypatch.setattr(stack_client, "connect_stack", connect)
    monkeypatch.setenv("BRINE_TABLE", "another")  # which a purge without --stack would take
    return made


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        (("ls", "--tag", "a"), ("stored", {"tag": "a", "limit": "500"})),
        (
            ("explain", "http://127.0.0.1:3000/a", "--json"),
            ("explain", {"url": "/a", "method": "GET", "headers": [["Accept", "*/*"]]}),
        ),
        (("purge", "--route", "api"), ("purge", {"route": "api"})),
        (("purge", "--url", "/a", "--soft", "--json"), ("purge", {"url": "/a", "soft": True})),
        (("purge", "--everything", "--dry-run", "--json"), ("purge", {"everything": True, "dry_run": True})),
        (("keys", "--json"), ("keys", {})),
        (("health", "--json"), ("health", {})),
        (("top", "--window", "1d", "--route", "api", "--json"), ("stats", {"window": "1d", "route": "api"})),
    ],
)
def test_a_command_asks_the_stack(stack: Stack, command: tuple[str, ...], asked: tuple[str, dict[str, object]]) -> None:
    assert main([*command, *OPTIONS]) == 0
    assert stack.asked[0] == asked


def test_the_output_names_what_answered(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    main(["purge", "--route", "api", *OPTIONS])
    assert capsys.readouterr().out == "Purged hard: all of the route api, at https://api.test.\n"
    main(["keys", *OPTIONS])
    assert capsys.readouterr().out.splitlines()[1].split("  ")[0] == "functions of yours"
    main(["health", *OPTIONS])
    assert capsys.readouterr().out == "brine 0.1.0 on Python 3.13.0, at https://api.test\nok     table\n"
    main(["top", *OPTIONS])
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "brine top  https://api.test, route api, 60m until 14:14 UTC",
        " ▄█",
        "requests               1,200  0.333 a second",
        "hit ratio              99.9%  999 of 1,000",
        "calls to origins           3  -",
        "time                          p50 2.0ms, p95 10ms",
        "results                       hit 999, miss 1",
        "faults                        CircuitOpen 2",
        "cost              0.0123 USD",
    ]
    assert stack.asked


def test_a_health_that_fails_gives_an_exit_code(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = {"status": "failing", "checks": [{"check": "table", "error": "no answer"}]}
    monkeypatch.setitem(DOCUMENTS, "health", failing)
    assert main(["health", *OPTIONS]) == 1
    assert capsys.readouterr().out.endswith("FAILS  table: no answer\n")
    assert main(["health", "--json", *OPTIONS]) == 1
    assert json.loads(capsys.readouterr().out) == failing | {"version": DOCUMENTS["version"]}
    assert stack.asked


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ls", "--region", "x"), "--region and --endpoint-url go with --stack."),
        (("ls", "--stack", "a", "--twin", "b"), "--twin and --stack exclude each other."),
        (("top", "--window", "1d"), "--region, --endpoint-url, --window and --route go with --stack."),
        (("keys", "--region", "x"), "--endpoint-url and --region go with SECRET_OR_FILE or --stack."),
        (("keys", "a.json", "--stack", "x"), "--twin and --stack go without SECRET_OR_FILE."),
        (
            ("purge", "--everything", "--stack", "a", "--table", "b"),
            "--stack goes without --table and --app: the stack knows its table and its routes.",
        ),
        (("purge", "--stack", "a", "--url", "/a*"), "--url /a* has a *, and a purge of a URL ends one URL."),
        (("purge", "--stack", "a"), "Give what to purge:"),
    ],
)
def test_options_that_exclude_each_other_are_told(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_machine_without_access_to_aws_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BRINE_AWS_CLIENT", "lean")
    assert main(["ls", "--stack", "brine"]) == 1
    assert capsys.readouterr().err.startswith("brine: there is no access to AWS: ")
