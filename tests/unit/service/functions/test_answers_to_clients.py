"""What the caches of clients may keep of a function's answer: less than the gateway stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.event_handler import Response

from tests.support.gateway.parts import app_of

if TYPE_CHECKING:
    from brine.testing import AppResponse

TENANT = {"x-tenant": "a"}


def cache_control(answer: AppResponse) -> str | None:
    return answer.headers.get("cache-control")


def test_no_other_shared_cache_keeps_the_answer_for_a_tenant() -> None:
    client = app_of(lambda: 1, freshness_lifetime="1h", tenant="header:x-tenant").test()
    answers = [client.get("/w", headers=TENANT) for _ in range(2)]
    assert [(one.result, cache_control(one)) for one in answers] == [
        ("miss", "private, max-age=3600"),
        ("hit", "private, max-age=3600"),
    ]
    unchanged = client.get("/w", headers={**TENANT, "if-none-match": answers[0].headers["etag"]})
    assert (unchanged.status, cache_control(unchanged)) == (304, "private, max-age=3600")


def test_a_function_cannot_make_the_answer_for_a_tenant_public() -> None:
    headers: dict[str, Any] = {"Cache-Control": "public, max-age=9, s-maxage=60", "CDN-Cache-Control": "max-age=60"}
    client = app_of(lambda: Response(200, "text/plain", "x", headers), tenant="header:x-tenant").test()
    for result in ("miss", "hit"):
        answer = client.get("/w", headers=TENANT)
        assert (answer.result, cache_control(answer)) == (result, "private, max-age=9")
        assert "cdn-cache-control" not in answer.headers


@pytest.mark.parametrize("rule", ["shared", "keep"])
def test_no_other_shared_cache_keeps_a_cookie(rule: str) -> None:
    headers: dict[str, Any] = {"Set-Cookie": "a=1"}
    client = app_of(lambda: Response(200, "text/plain", "x", headers), freshness_lifetime="1h", set_cookie=rule).test()
    for _ in range(2):
        assert cache_control(client.get("/w")) == "private, max-age=3600"


def test_no_other_shared_cache_keeps_what_the_gateway_may_not_store() -> None:
    headers: dict[str, Any] = {"Vary": "*"}
    client = app_of(lambda: Response(200, "text/plain", "x", headers), freshness_lifetime="1h").test()
    answer = client.get("/w")
    assert (answer.is_stored, cache_control(answer)) == (False, "private, max-age=3600")


def test_any_cache_may_keep_an_answer_for_all() -> None:
    client = app_of(lambda: 1, freshness_lifetime="1h").test()
    assert [cache_control(client.get("/w")) for _ in range(2)] == ["max-age=3600"] * 2


def test_clients_keep_an_answer_for_no_longer_than_their_lifetime() -> None:
    client = app_of(lambda: 1, freshness_lifetime="1h", client_lifetime="10s").test()
    assert cache_control(client.get("/w")) == "max-age=10"
    client.clock.advance(100)
    hit = client.get("/w")
    assert (hit.result, hit.headers["age"], cache_control(hit)) == ("hit", "100", "max-age=110")
    client.clock.advance(3495)
    assert cache_control(client.get("/w")) == "max-age=3600"


def test_clients_without_a_lifetime_ask_each_time() -> None:
    client = app_of(lambda: 1, freshness_lifetime="1h", client_lifetime=0).test()
    first, second = client.get("/w"), client.get("/w")
    assert [(one.result, cache_control(one)) for one in (first, second)] == [("miss", "no-cache"), ("hit", "no-cache")]
    third = client.get("/w", headers={"if-none-match": first.headers["etag"]})
    assert (third.status, third.result, cache_control(third)) == (304, "hit", "no-cache")
