"""`brine explain` on a running twin: what it says of a request is what the request then does."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.__main__ import main
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.e2e.twin.test_purge import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

TEMPLATE = Path(__file__).parents[3] / "samples/template.yaml"
ORIGIN_FIELDS = ((b"cache-control", b"max-age=600"), (b"content-type", b"application/json"), (b"etag", b'"1"'))
ASKED: list[str] = []


def origin(asked: HttpRequest) -> HttpResponse:
    ASKED.append(f"{asked.method} {asked.target.decode()}")
    return HttpResponse(status=200, headers=ORIGIN_FIELDS, body=b"{}")


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    listener = listen("127.0.0.1", 0)
    parameters = {"HttpbinOrigin": url_of(listener)}
    with HttpServer(listener, origin), Twin(template=TEMPLATE, parameters=parameters, show=lambda _: None) as running:
        yield running


def explain(twin: Twin, *arguments: str) -> dict[str, Any]:
    """The explanation that `brine explain --json` prints."""
    code, output, errors = command(twin, *arguments, "--json")
    assert (code, errors) == (0, "")
    document: dict[str, Any] = json.loads(output)
    return document


def command(twin: Twin, *arguments: str) -> tuple[int, str, str]:
    """The exit code of `brine explain`, its output, and its errors."""
    with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as errors:
        code = main(["explain", *arguments, "--twin", twin.url])
    return code, output.getvalue(), errors.getvalue()


def get(twin: Twin, path: str, **headers: str) -> str:
    """The Cache-Status of an answer of the twin."""
    request = urllib.request.Request(f"{twin.url}{path}", headers=headers)  # noqa: S310 - of the twin
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the same
            return str(answer.headers["cache-status"])
    except urllib.error.HTTPError as error:
        with error:
            return str(error.headers["cache-status"])


def test_a_miss_and_a_hit_are_foretold(twin: Twin) -> None:
    missed = explain(twin, "/httpbin/x?b=1")
    assert (missed["verdict"]["action"], missed["api"]["function"]) == ("forward", "GatewayFunction")
    assert ASKED == []
    assert f"fwd={missed['verdict']['forwarded_because']}" in get(twin, "/httpbin/x?b=1")
    [sent] = ASKED
    assert sent == f"GET {missed['upstream']['target']}"
    hit = explain(twin, f"{twin.url}/httpbin/x?b=1")
    assert (hit["verdict"]["result"], hit["stored"][0]["etag"]) == ("hit", '"1"')
    assert "hit; ttl=" in get(twin, "/httpbin/x?b=1")
    assert len(ASKED) == 1
    validated = explain(twin, "/httpbin/x?b=1", "-H", "Cache-Control: no-cache")
    assert (validated["verdict"]["action"], validated["verdict"]["forwarded_because"]) == ("validate", "request")
    assert "fwd=request" in get(twin, "/httpbin/x?b=1", **{"Cache-Control": "no-cache"})


def test_the_report_begins_with_the_verdict(twin: Twin) -> None:
    get(twin, "/httpbin/report")
    _, output, _ = command(twin, "/httpbin/report", "-H", "X-Api-Key: hush")
    assert output.splitlines()[0] == "GET /httpbin/report"
    assert output.splitlines()[1].startswith("A hit: the stored response is ")
    for section in ("Why", "Route", "To the origin, if it were asked", "Key", "Stored", "Limits", "Cost"):
        assert f"\n{section}\n" in output
    assert "hush" not in output
    _, brief, _ = command(twin, "/httpbin/report", "--brief")
    assert "\nWhy\n" in brief
    assert "\nCost\n" not in brief


def test_a_function_of_a_user_is_explained_by_its_own_code(twin: Twin) -> None:
    missed = explain(twin, "/shop/17", "--tenant", "acme")
    assert missed["route"]["function"] is True
    assert missed["api"]["function"] == "ShopFunction"
    assert missed["upstream"]["arguments"] == [["customer", "17"]]
    assert missed["key"]["namespace"] == "shop"
    report = explain(twin, "/report")
    assert report["route"]["function"] is True
    assert f"fwd={report['verdict']['forwarded_because']}" in get(twin, "/report")


def test_what_cannot_be_explained_says_why(twin: Twin) -> None:
    code, output, errors = command(twin, "orders")
    assert (code, output) == (1, "")
    assert "Begin it with the path" in errors
    assert "messages of channels" in command(twin, "/exchange/orders")[2]
    unknown = explain(twin, "/nothing")
    assert unknown["verdict"]["problem"] == "route-unknown"
    assert "/httpbin" in unknown["verdict"]["sentence"]
    asked = urllib.request.Request(f"{twin.url}/_brine/explain", b"[]", method="POST")  # noqa: S310 - of the twin
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(asked, timeout=SECONDS)  # noqa: S310 - the same
    with raised.value as problem:
        assert problem.headers["content-type"] == "application/problem+json"
        assert "Send a JSON object" in json.loads(problem.read())["detail"]
