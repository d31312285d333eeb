"""The statements of docs/functions.md about parts, wholes, objects, errors and hooks are true."""

from __future__ import annotations

import datetime as dt
import enum
import io
import json
import math
import re
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack
import pytest
from aws_lambda_powertools.event_handler import Response

from brine import App, FunctionMistake, PartFailed
from brine.errors import ConfigError
from brine.testing import Clock, Reply
from examples import dashboard, hooked_app, orders_app

if TYPE_CHECKING:
    from brine import Fetch
    from brine.testing import AppClient

ROUTES = Path(__file__).parents[3] / "examples/dashboard.toml"
ACME = {"tenant_id": "acme"}


def whole_of(reply: object, **options: Any) -> AppClient:
    """Return the client of an app with one part, which has this answer."""
    app = App()

    @app.get("/whole", freshness_lifetime="1m", grace="10m")
    def whole(fetch: Fetch) -> Any:
        part = fetch("part", "/", **options)
        return part.json() if part.status != 404 else "none"

    @app.get("/other", freshness_lifetime="1m", grace="10m")
    def other(fetch: Fetch) -> Any:
        return fetch("part", "/").json()

    return app.test(fetch={"part": reply})


def said(cache_control: str, status: int = 200) -> Reply:
    return Reply([1], status, {"cache-control": cache_control})


@pytest.mark.parametrize(
    ("reply", "options", "is_stored", "cache_control"),
    [
        (said("max-age=20"), {}, True, "max-age=20"),
        (said("max-age=100"), {}, True, "max-age=60"),
        (said("max-age=20, must-revalidate"), {}, True, "must-revalidate, max-age=20"),
        (said("no-store"), {}, False, "no-store"),
        (said("private, max-age=20"), {}, False, "private, max-age=0"),
        ([1], {}, True, "max-age=60"),
        (said("max-age=20"), {"method": "POST"}, False, "no-store"),
        (Reply(status=503), {"otherwise": 1}, False, "no-store"),
        (Reply(status=404), {}, False, "no-store"),
        (said("max-age=5", 404), {}, True, "max-age=5"),
    ],
)
def test_the_whole_follows_a_part(reply: object, options: dict[str, Any], is_stored: bool, cache_control: str) -> None:
    response = whole_of(reply, **options).get("/whole")
    assert (response.status, response.is_stored) == (200, is_stored)
    assert response.headers["cache-control"] == cache_control


def test_a_stale_part_makes_a_stale_whole_which_is_refreshed_with_fresh_parts() -> None:
    api = whole_of(said("max-age=10, stale-while-revalidate=100"))
    api.get("/other")
    api.clock.advance(30)
    assert api.get("/whole").parts == {"part": "stale"}
    assert api.get("/whole").result == "stale"
    api.refresh()
    assert api.get("/whole").result == "hit"


@pytest.mark.parametrize("failure", [OSError("down"), Reply(status=500), Reply(status=429)])
def test_a_stale_whole_is_served_while_a_required_part_fails(failure: object) -> None:
    api = whole_of(said("max-age=20"))
    api.get("/whole")
    api.answers("part", failure)
    api.clock.advance("5m")
    assert api.get("/whole").result == "stale"
    assert [refresh.outcome for refresh in api.refresh()] == ["failed"]
    assert api.get("/whole").result == "stale"
    api.clock.advance("10m")
    assert api.get("/whole").problem == "part-failed"


def test_a_refresh_without_an_optional_part_keeps_the_stored_whole() -> None:
    api = whole_of(said("max-age=20"), otherwise=[])
    api.get("/whole")
    api.answers("part", OSError("down"))
    api.clock.advance("1m")
    api.get("/whole")
    (made,) = api.refresh()
    assert made.outcome == "failed"
    assert (api.get("/whole").result, api.get("/whole").json()) == ("stale", [1])


@pytest.mark.parametrize(
    ("kind", "result"), [("route", "miss"), ("tag", "miss"), ("soft", "stale"), ("url of the whole", "miss")]
)
def test_a_purge_of_a_part_is_a_purge_of_the_whole(kind: str, result: str) -> None:
    api = whole_of(Reply([1], headers={"cache-control": "max-age=100", "surrogate-key": "news"}))
    api.get("/whole")
    assert api.get("/whole").result == "hit"
    if kind == "tag":
        api.purge_tag("news")
    elif kind == "url of the whole":
        api.purge_url("/whole")
    else:
        api.purge_route("part", soft=kind == "soft")
    assert api.get("/whole").result == result


def test_a_post_to_a_part_ends_the_wholes_made_of_it() -> None:
    app = App()

    @app.get("/whole", freshness_lifetime="1m")
    def whole(fetch: Fetch) -> Any:
        return fetch("part", "/by/17").json()

    @app.post("/whole/new")
    def new(fetch: Fetch) -> Any:
        return fetch("part", "/by/17", method="POST", content={"a": 1}).status

    api = app.test(fetch={"part": said("max-age=100")})
    api.get("/whole")
    assert api.get("/whole").result == "hit"
    api.post("/whole/new")
    assert api.get("/whole").result == "miss"


def test_the_fallback_stands_for_a_404_and_for_content_that_is_not_json() -> None:
    assert whole_of(Reply(status=410), otherwise=[]).get("/whole").json() == []
    broken = whole_of(Reply(b"<html>"), otherwise=[]).get("/whole")
    assert (broken.json(), broken.is_stored) == ([], False)


def test_purges_happen_only_after_a_success() -> None:
    api = orders_app.app.test(fetch={"orders": {"unexpected": 1}}, routes=ROUTES)
    assert api.post("/orders", {"customer": "17", "sku": "tea", "count": 2}, claims=ACME).problem == "function-failed"
    assert api.post("/orders", {"customer": "17"}, claims=ACME).status == 422
    assert api.purged == []


def test_the_functions_of_the_page_answer() -> None:
    answers = {"orders": {"x": 1}, "offers": OSError("down"), "profiles": {}}
    api = orders_app.app.test(fetch=answers, routes=ROUTES)
    assert api.get("/prices/tea").json() == {"sku": "tea", "offer": {}, "last": {"x": 1}}
    assert api.get("/reports/2026").json() == {"year": 2026, "orders": {"x": 1}}
    assert (api.get("/reports/2030").status, api.get("/reports/2030").json()) == (404, {"year": 2030})
    assert api.get("/reports/x").status == 422
    assert api.request("DELETE", "/reports/2026").status == 405


def test_a_customer_without_a_profile_is_unknown() -> None:
    api = orders_app.app.test(fetch={"orders": [], "profiles": Reply(status=404)}, routes=ROUTES)
    response = api.get("/summaries/17", claims=ACME)
    assert (response.object(), response.is_stored) == (orders_app.Summary("17", "unknown", Decimal()), False)


def test_a_404_of_a_part_becomes_a_404_of_the_whole_if_the_function_checks_the_status() -> None:
    api = orders_app.app.test(fetch={"profiles": {"/17": {"name": "Ada"}}}, routes=ROUTES)
    assert api.get("/names/17").json() == {"name": "Ada"}
    missing = api.get("/names/18")
    assert (missing.status, missing.json()["message"], missing.is_stored) == (404, "there is no customer 18", False)
    unchecked = whole_of(Reply(status=404)).get("/other")
    assert (unchecked.status, unchecked.problem) == (502, "part-failed")


def test_msgpack_has_the_name_of_a_class_with_a_number() -> None:
    api = dashboard.app.test(fetch={"orders": [], "profiles": {}, "offers": []}, routes=ROUTES)
    content = msgpack.unpackb(api.get("/dashboard/17", headers={"accept": "application/msgpack"}).content)
    items = msgpack.Unpacker(io.BytesIO(content.data))
    assert (content.code, items.read_array_header()) == (14, 2)
    assert re.fullmatch(r"examples\.dashboard\.Dashboard@\d+", items.unpack())
    assert items.unpack() == {"orders": [], "profile": {}, "offers": []}


def test_a_stale_answer_says_since_when() -> None:
    api = whole_of(said("max-age=20"))
    api.get("/whole")
    api.clock.advance("22s")
    assert api.get("/whole").headers["cache-status"] == "brine; hit; ttl=-2"


@pytest.mark.parametrize(("lifetime", "of_part"), [("2s", "max-age=100"), ("100s", "max-age=2")])
def test_a_whole_with_a_lifetime_shorter_than_its_function_takes_is_stored_stale(lifetime: str, of_part: str) -> None:
    app, clock = App(), Clock()

    @app.get("/whole", freshness_lifetime=lifetime, grace="10m")
    def whole(fetch: Fetch) -> Any:
        return fetch("part", "/").json(), fetch("slow", "/").json()

    def slow(_target: str) -> Reply:
        clock.advance("3s")
        return said("max-age=100")

    api = app.test(fetch={"part": said(of_part), "slow": slow}, clock=clock)
    assert api.get("/whole").is_stored
    assert api.get("/whole").result == "stale"


class Colour(enum.Enum):
    RED = "r"


@dataclass(frozen=True)
class Everything:
    colour: Colour
    numbers: frozenset[int]
    pair: tuple[int, str]
    amount: Decimal
    day: dt.date
    number: uuid.UUID
    raw: bytes
    unknown: float
    keys: dict[int, str]


def test_plain_json() -> None:
    app = App()

    @app.get("/x")
    def everything() -> Everything:
        return Everything(
            Colour.RED,
            frozenset({1}),
            (1, "a"),
            Decimal("1.50"),
            dt.date(2026, 1, 2),
            uuid.UUID(int=5),
            b"ab",
            math.nan,
            {1: "x"},
        )

    assert json.loads(app.test().get("/x").content) == {
        "colour": "r",
        "numbers": [1],
        "pair": [1, "a"],
        "amount": "1.50",
        "day": "2026-01-02",
        "number": "00000000-0000-0000-0000-000000000005",
        "raw": "YWI=",
        "unknown": None,
        "keys": {"1": "x"},
    }


def test_one_stored_object_gives_each_format_and_a_304() -> None:
    api = whole_of(said("max-age=20"))
    first = api.get("/whole")
    packed = api.get("/whole", headers={"accept": "application/msgpack"})
    assert (first.headers["content-type"], packed.headers["content-type"]) == (
        "application/json",
        "application/msgpack",
    )
    assert packed.result == "hit"
    assert packed.headers["etag"] != first.headers["etag"]
    assert api.get("/whole", headers={"if-none-match": first.headers["etag"]}).status == 304


def test_a_response_of_powertools_passes_with_a_lifetime_of_its_own() -> None:
    app = App()

    @app.get("/page", freshness_lifetime="1h")
    def page() -> Response[str]:
        return Response(200, "text/html", "<p>", headers={"cache-control": "max-age=99"})

    response = app.test().get("/page")
    assert (response.content, response.headers["content-type"]) == (b"<p>", "text/html")
    assert response.headers["cache-control"] == "max-age=99"


@pytest.mark.parametrize("rule", ["itself", "unknown", "tenants"])
def test_a_wrong_use_of_fetch_is_a_mistake_of_the_function(rule: str) -> None:
    app = App()

    @app.get("/of-tenant", tenant="claim:tenant_id")
    def of_tenant() -> int:
        return 1

    @app.get("/whole")
    def whole(fetch: Fetch) -> Any:
        return fetch({"itself": "whole", "unknown": "nope", "tenants": "of-tenant"}[rule]).json()

    response = app.test().get("/whole")
    assert (response.status, response.problem) == (500, "function-failed")
    assert isinstance(response.error, FunctionMistake)


def test_a_function_may_catch_a_failed_part() -> None:
    app = App()

    @app.get("/whole", freshness_lifetime="1m")
    def whole(fetch: Fetch) -> Any:
        try:
            return fetch("part", "/").json()
        except PartFailed as error:
            return [error.route, error.status]

    response = app.test(fetch={"part": Reply(status=503)}).get("/whole")
    assert (response.json(), response.is_stored) == (["part", 503], False)


@pytest.mark.parametrize("options", [{"lifetime": "1m"}, {"freshness_lifetime": "5 min"}])
def test_a_wrong_setting_is_found_at_the_decorator_with_the_message_of_the_page(options: dict[str, Any]) -> None:
    page = (Path(__file__).parents[3] / "docs/functions.md").read_text(encoding="utf-8")

    def a() -> int:
        return 1

    a.__module__ = "shop"
    with pytest.raises(ConfigError) as raised:
        App().get("/a", **options)(a)
    shown = [line.partition(" ...")[0].removesuffix(",") for line in page.splitlines() if line.startswith("shop: ")]
    assert [line for line in shown if str(raised.value).startswith(line)] != []


def test_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_KEY", "a key")
    orders = {"/by/17": [1], "/by/18": {"error": "no"}}
    api = hooked_app.app.test(fetch={"orders": orders}, routes=ROUTES)
    assert "x-greeting" not in api.get("/orders/17").headers
    greeted = api.get("/orders/17", headers={"x-greet": "1"})
    assert (greeted.result, greeted.headers["x-greeting"]) == ("hit", "hello")
    assert greeted.headers["cache-control"] == "private, no-store"
    assert api.get("/orders/18").problem == "part-failed"

    monkeypatch.delenv("ORDERS_KEY")
    failed = api.get("/orders/19")
    assert (failed.problem, api.fetched) == ("part-failed", [("orders", "/by/17"), ("orders", "/by/18")])
