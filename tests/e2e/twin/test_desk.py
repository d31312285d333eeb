"""`brine ls` and `brine get` with a running twin: what is stored, what a purge would end, and what it ended."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.__main__ import main
from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
SECONDS = 60
TAGGED = "/httpbin/response-headers?Cache-Control=max-age=600&Surrogate-Key=orders"


@pytest.fixture(scope="module")
def console() -> list[str]:
    return []


@pytest.fixture(scope="module")
def twin(console: list[str]) -> Iterator[Twin]:
    with Twin(template=ROOT / "samples/template.yaml", report=console.append, show=lambda _: None) as twin:
        yield twin


def ask(twin: Twin, path: str, **headers: str) -> None:
    """Send a request, and forget the answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(twin.url + path, headers=named), timeout=SECONDS) as answer:  # noqa: S310 - of the twin
        answer.read()


def printed(capsys: pytest.CaptureFixture[str], twin: Twin, *arguments: str) -> Any:
    """The JSON document that a command prints."""
    assert main([*arguments, "--json", "--twin", twin.url]) == 0
    return json.loads(capsys.readouterr().out)


def admin(twin: Twin, name: str, members: dict[str, object] | None = None) -> tuple[int, Any]:
    """The status and the document of an answer of the admin API."""
    body = None if members is None else json.dumps(members).encode()
    request = urllib.request.Request(f"{twin.url}/_brine/{name}", body, {"content-type": "application/json"})  # noqa: S310 - of the twin
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - of the twin
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def test_responses_and_results_of_all_functions_are_listed(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    ask(twin, "/httpbin/cache/60")
    ask(twin, "/httpbin/bytes/99000")
    ask(twin, "/report")
    ask(twin, "/shop/7", x_shop="acme")
    items = {item["url"]: item for item in printed(capsys, twin, "ls")["items"] if item["url"]}
    assert {"/httpbin/cache/60", "/httpbin/bytes/99000", "/report", "/shop/7"} <= items.keys()
    assert {items[url]["state"] for url in ("/httpbin/cache/60", "/report", "/shop/7")} == {"fresh"}
    shown = ("function", "namespace", "route", "where")
    assert [items["/httpbin/bytes/99000"][name] for name in shown] == ["GatewayFunction", None, "httpbin", "s3"]
    assert [items["/shop/7"][name] for name in shown] == ["ShopFunction", "shop", "dashboard", "table"]
    assert items["/shop/7"]["parts"] > 0
    assert [item["url"] for item in printed(capsys, twin, "ls", "--larger-than", "90KB")["items"]] == [
        "/httpbin/bytes/99000"
    ]
    of_tenant = printed(capsys, twin, "ls", "--tenant", "acme", "--url", "/shop/*")["items"]
    assert [(item["url"], item["tenant"]) for item in of_tenant] == [("/shop/7", "acme")]


def test_a_purge_ends_what_its_dry_run_lists(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    ask(twin, TAGGED)
    status, preview = admin(twin, "purge", {"tag": "orders", "dry_run": True})
    assert (status, preview["count"], preview["complete"]) == (200, 1, True)
    assert [item["url"] for item in preview["items"]] == [TAGGED]
    assert printed(capsys, twin, "get", TAGGED)["cache_status"][0]["hit"]
    assert admin(twin, "purge", {"tag": "orders"})[0] == 200
    assert [item["url"] for item in printed(capsys, twin, "ls", "--state", "purged")["items"]] == [TAGGED]
    twin.restart_functions()
    answered = printed(capsys, twin, "get", TAGGED)["cache_status"][0]
    assert (answered["fwd"], answered["stored"]) == ("uri-miss", True)
    assert [item["state"] for item in printed(capsys, twin, "ls", "--tag", "orders")["items"]] == ["fresh"]


def test_the_url_of_a_function_is_purged_with_its_own_code(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    for customer in ("7", "8"):
        ask(twin, f"/shop/{customer}", x_shop="acme")
    order: dict[str, object] = {"url": "/shop/7", "tenant": "acme"}
    _, preview = admin(twin, "purge", {**order, "dry_run": True})
    assert [(item["url"], item["route"]) for item in preview["items"]] == [("/shop/7", "dashboard")]
    status, document = admin(twin, "purge", order)
    assert (status, document["route"], document["target"]) == (200, "dashboard", "/shop/7")
    wholes = {item["url"]: item["state"] for item in printed(capsys, twin, "ls", "--route", "dashboard")["items"]}
    assert (wholes["/shop/7"], wholes["/shop/8"]) == ("purged", "fresh")
    assert admin(twin, "purge", {"url": "/shop/7"})[1]["detail"] == "the route dashboard has tenants: name one."
    assert "leave the tenant out" in admin(twin, "purge", {"url": "/report", "tenant": "acme"})[1]["detail"]


@pytest.mark.parametrize("name", ["version", "health", "circuits", "budgets", "keys"])
def test_the_states_can_be_read(twin: Twin, name: str, console: list[str]) -> None:
    status, document = admin(twin, name)
    assert status == 200
    assert "a secret" not in json.dumps(document)
    assert not [line for line in console if "_brine" in line]


def test_a_mistake_is_a_problem(twin: Twin) -> None:
    status, document = admin(twin, "purge", {"url": "/httpbin/cache/60", "tag": "orders"})
    assert (status, document["type"]) == (400, "urn:brine:problem:admin-request-invalid")
    status, document = admin(twin, "purge", {"url": "/nowhere"})
    assert status == 400
    assert document["detail"].startswith("the cache has no key for /nowhere. The gateway answers 404 (route-unknown): ")
    assert "/httpbin" in document["detail"]
