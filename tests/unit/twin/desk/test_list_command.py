"""`brine ls` against a server that answers as the admin API does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from brine_cli.__main__ import main
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

ITEM: dict[str, Any] = {
    "kind": "response",
    "route": "api",
    "tenant": None,
    "tenant_digest": None,
    "url": "/api/1",
    "method": "GET",
    "target": "/1",
    "source": None,
    "status": 200,
    "age": 75.0,
    "remaining_freshness": 45,
    "state": "fresh",
    "bytes": 1_500,
    "stored_bytes": 2_000,
    "where": "table",
    "tags": [],
    "variant": None,
    "parts": 0,
    "function": "Gateway",
    "namespace": None,
    "key": "0123456789abcdef",
    "slot": "main",
    "evict_at": 1,
    "reason": None,
}
RESULT = {"kind": "result", "url": None, "method": None, "route": None, "source": "prices app:price", "key": "shop#77"}


class AdminApi:
    """Answers with these items, in pages of three. `asked`: the parameters of each request."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.url = ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path, _, query = request.target.decode().partition("?")
        assert path == "/_brine/stored"
        parameters = {name: values[0] for name, values in parse_qs(query).items()}
        self.asked.append(parameters)
        begin = int(parameters.get("cursor", "0"))
        more = begin + 3 < len(self.items)
        page = {"items": self.items[begin : begin + 3], "cursor": str(begin + 3) if more else None, "scanned": 4}
        return HttpResponse(
            status=200, headers=((b"content-type", b"application/json"),), body=json.dumps(page).encode()
        )


@pytest.fixture
def api() -> Iterator[AdminApi]:
    admin_api = AdminApi()
    with listen("127.0.0.1", 0) as listener, HttpServer(listener, admin_api):
        admin_api.url = url_of(listener)
        yield admin_api


def test_the_table_has_a_row_for_each_item_by_url(
    api: AdminApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    api.items = [
        ITEM | {"url": "/api/2", "tags": ["a", "b"], "where": "s3", "state": "grace", "remaining_freshness": -30},
        ITEM,
        ITEM
        | {
            "kind": "result",
            "url": None,
            "method": None,
            "route": None,
            "source": "prices app:price",
            "key": "shop#77",
        },
        ITEM | {"kind": "unreadable", "url": None, "state": "unknown", "age": None, "reason": "no key"},
        ITEM | {"kind": "marker", "url": None, "route": None, "age": None},
        ITEM | {"url": None, "variant": "accept, accept-language #12345678", "tenant_digest": "f" * 32},
        ITEM | {"url": None, "variant": "accept, accept-language #87654321", "tenant_digest": "f" * 32},
        ITEM | {"method": "POST", "url": "/graphql", "tenant": "acme", "tenant_digest": "e" * 32},
    ]
    assert main(["ls", "--twin", api.url]) == 0
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["url", "route", "state", "age", "left", "size", "where", "tenant", "tags", "variant"],
        *[
            line.split()
            for line in (
                "(hit-for-miss of the key 01234567…) - fresh - 45s 1.5 KB table - - -",
                "(no key) api unknown - 45s 1.5 KB table - - -",
                "(part) /1 api fresh 1m 15s 45s 1.5 KB table #ffffffff - 2 headers",
                "#12345678",
                "(part) /1 api fresh 1m 15s 45s 1.5 KB table #ffffffff - 2 headers",
                "#87654321",
                "(prices app:price 77…) - fresh 1m 15s 45s 1.5 KB table - - -",
                "/api/1 api fresh 1m 15s 45s 1.5 KB table - - -",
                "/api/2 api grace 1m 15s -30s 1.5 KB s3 - a, b -",
                "POST /graphql api fresh 1m 15s 45s 1.5 KB table acme - -",
            )
        ],
    ]
    assert err == (
        "5 responses, 1 result, 1 item that does not open and 1 hit-for-miss marker: 16 KB in the stores. "
        "12 items of the table read.\n"
    )


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_a_terminal_gets_one_line_for_each_item(
    api: AdminApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    api.items = [ITEM | {"url": f"/api/{'long/' * 30}{number}", "tags": ["a", "b"]} for number in range(3)]
    assert main(["ls", "--twin", api.url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all("…" in line and "a, b" in line and len(line.rstrip()) <= columns for line in lines[1:])


def test_a_pipe_gets_the_whole_url(
    api: AdminApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    api.items = [ITEM | {"url": f"/api/{'long/' * 20}end"}]
    assert main(["ls", "--twin", api.url]) == 0
    assert f"/api/{'long/' * 20}end" in capsys.readouterr().out


def test_the_filters_go_to_the_twin_and_json_has_all_members(api: AdminApi, capsys: pytest.CaptureFixture[str]) -> None:
    api.items = [ITEM | {"url": f"/api/{number}"} for number in range(7)]
    given = ["--route", "api", "--older-than", "5m", "--larger-than", "100KB", "--state", "stale", "--limit", "5"]
    assert main(["ls", "--json", "--twin", api.url, *given]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["items"], document["complete"]) == (api.items[:5], False)
    assert api.asked[0] == {
        "route": "api",
        "older_than": "5m",
        "larger_than": "100KB",
        "state": "stale",
        "limit": "500",
    }
    assert [one.get("cursor") for one in api.asked] == [None, "3"]


def test_an_empty_listing_says_so_and_what_to_do(api: AdminApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", "--twin", api.url]) == 0
    assert capsys.readouterr() == (
        "",
        f"Nothing is stored: 4 items of the table read. Send a request first, such as `brine get {api.url}/`.\n",
    )
    assert main(["ls", "--twin", api.url, "--tag", "x"]) == 0
    assert capsys.readouterr().err == "Nothing meets these filters: 4 items of the table read.\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--older-than", "soon"], "'soon' is not a duration. Write \"5m\" or a number of seconds."),
        (["--larger-than", "5XB"], "'5XB' is not a size. Write a number of bytes, or \"100KB\"."),
        (["--state", "old"], "'old' is not one of"),
        (["--limit", "0"], "0 is not allowed. Give a number from 1 on"),
    ],
)
def test_a_wrong_option_is_a_mistake_of_the_user(
    arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls", *arguments]) == 2
    assert error in capsys.readouterr().err


def test_without_a_twin_the_error_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", "--twin", "http://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err == (
        "brine: no twin answers at http://127.0.0.1:1 (Connection refused). Start one with `brine dev`, or name its "
        "URL with --twin\n"
    )


def test_another_program_than_a_twin_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    def other(_: HttpRequest) -> HttpResponse:
        return HttpResponse(status=404, body=b"not found")

    with listen("127.0.0.1", 0) as listener, HttpServer(listener, other):
        url = url_of(listener)
        assert main(["ls", "--twin", url]) == 1
    assert capsys.readouterr().err == (
        f"brine: {url} answers, but not as `brine dev` does. Name the URL of a running twin with --twin\n"
    )
