"""What selects a response is what its function sees: no other field, identity or content of the client's request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine.app.app import App
from brine.testing import Reply
from tests.support.gateway.parts import app_of

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch
    from brine.testing import AppClient

SECRET = "a-secret-of-one-client"
TRACE = "00-11111111111111111111111111111111-2222222222222222-01"


class Spy:
    """A middleware that records the event of each call."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def record(self, app: Any, next_middleware: Any) -> Any:
        self.events.append(app.current_event.raw_event)
        return next_middleware(app)


def spied(**options: Any) -> tuple[AppClient, Spy]:
    spy = Spy()
    app = App()
    app.get("/w", name="w", freshness_lifetime="60s", grace="1h", middlewares=[spy.record], **options)(lambda: 1)
    app.post("/w", name="w", middlewares=[spy.record])(lambda: 1)
    return app.test(), spy


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Authorization",
            "Cookie",
            "X-Api-Key",
            "User-Agent",
            "Accept-Language",
            "Origin",
            "X-Forwarded-For",
            "Referer",
        ),
        *("X-Amzn-Trace-Id", "Host", "Via", "Forwarded", "If-None-Match", "X-HTTP-Method-Override", "Baggage"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_function_of_get_sees_no_field_that_is_not_in_the_key(method: str, name: str) -> None:
    client, spy = spied(key_headers=["X-Region"])
    ours = {"x-region": "eu", "traceparent": TRACE, "tracestate": "vendor=1", "cache-control": "no-cache"}
    client.request(method, "/w", headers={**ours, name: f'"{SECRET}"'})
    (event,) = spy.events
    assert SECRET not in json.dumps(event)
    assert event["headers"]["x-region"] == "eu"
    assert set(event["headers"]) <= {"x-region", "via", "cdn-loop"}


def test_a_function_of_get_sees_no_claim() -> None:
    client, spy = spied(tenant="claim:org")
    client.get("/w", claims={"org": "acme", "sub": SECRET})
    assert SECRET not in json.dumps(spy.events)
    assert spy.events[0]["requestContext"]["authorizer"] == {}


def test_a_function_of_post_sees_the_request_as_it_is() -> None:
    client, spy = spied()
    headers = {"Authorization": SECRET, "Cookie": "a=1; b=2", "traceparent": TRACE}
    client.post("/w", {"a": 1}, headers=headers, claims={"sub": "me"})
    (event,) = spy.events
    assert event["headers"]["traceparent"] == TRACE
    assert (event["headers"]["authorization"], event["cookies"]) == (SECRET, ["a=1", "b=2"])
    assert event["requestContext"]["authorizer"] == {"jwt": {"claims": {"sub": "me"}}}


def test_a_get_with_content_is_neither_stored_nor_answered_from_the_cache() -> None:
    client, spy = spied()
    assert not client.request("GET", "/w", content={"a": SECRET}).is_stored
    assert client.get("/w").result == "miss"
    assert client.request("GET", "/w", content={"a": SECRET}).result == "pass"
    assert len(spy.events) == 3


@pytest.mark.parametrize("directives", ["no-cache", "max-age=0", "no-store", "min-fresh=9999999"])
def test_a_client_that_asks_for_a_new_response_adds_nothing_to_it(directives: str) -> None:
    client, spy = spied()
    client.get("/w", headers={"cache-control": f"{directives}, {SECRET}"})
    assert SECRET not in json.dumps(spy.events)


def test_key_headers_select() -> None:
    spy = Spy()
    app = App()
    app.get("/w", name="w", freshness_lifetime="60s", key_headers=["X-Region"], middlewares=[spy.record])(
        lambda: len(spy.events)
    )
    client = app.test()
    regions = ["eu", "us", "eu", None, "us", None]
    answers = [client.get("/w", headers={} if one is None else {"x-region": one}).json() for one in regions]
    assert answers == [1, 2, 1, 3, 2, 3]


def test_the_query_selects_unless_the_route_drops_it() -> None:
    spy = Spy()
    app = App()
    app.get("/w", name="w", freshness_lifetime="60s", query={"keep": ["q"]}, middlewares=[spy.record])(
        lambda: len(spy.events)
    )
    client = app.test()
    assert [client.get(f"/w?{query}").json() for query in ("q=1", f"q=1&x={SECRET}", "q=2")] == [1, 1, 2]
    assert SECRET not in json.dumps(spy.events)


def test_tenants_never_mix_neither_in_wholes_nor_in_parts_nor_in_refreshes() -> None:
    app = App()

    @app.get("/inner", freshness_lifetime="60s", grace="1h", tenant="claim:org", tags=["t"])
    def inner(fetch: Fetch) -> list[str]:
        return [fetch.tenant]

    @app.get("/outer", freshness_lifetime="60s", grace="1h", tenant="claim:org")
    def outer(fetch: Fetch) -> list[str]:
        return [fetch.tenant, *fetch("inner", "/inner").json(), fetch("shared", "/").json()]

    client = app.test(fetch={"shared": Reply("all", headers={"cache-control": "max-age=9999"})})
    for _ in range(3):
        for tenant in ("acme", "umbra"):
            for claims in ({"org": tenant}, {"org": tenant, "sub": "other"}):
                assert client.get("/outer", claims=claims).json() == [tenant, tenant, "all"]
                assert client.get("/inner", claims=claims).json() == [tenant]
        client.clock.advance("61s")
        client.refresh()
    assert len(client.fetched) == 1
    client.purge_tag("t", tenant="acme")
    client.clock.advance("6s")
    assert client.get("/outer", claims={"org": "umbra"}).result in {"hit", "stale"}
    assert client.get("/outer", claims={"org": "acme"}).result == "miss"


@pytest.mark.parametrize("claims", [{}, {"org": ""}, {"org": "a\nb"}, {"sub": "acme"}])
def test_a_request_without_a_tenant_runs_no_function(claims: dict[str, str]) -> None:
    client, spy = spied(tenant="claim:org")
    answer = client.get("/w", claims=claims)
    assert (answer.problem, spy.events) == ("tenant-missing", [])


def test_a_part_with_tenants_refuses_a_whole_without_them() -> None:
    app = App()
    app.get("/inner", name="inner", freshness_lifetime="60s", tenant="claim:org")(lambda: 1)
    app.get("/outer", name="outer")(lambda fetch: fetch("inner", "/inner", otherwise=0).json())
    client = app.test()
    answer = client.get("/outer", claims={"org": "acme"})
    assert (answer.problem, [name for name, _ in client.runs]) == ("function-failed", ["outer"])
    assert 'write tenant="claim:org"' in str(answer.error)


@pytest.mark.parametrize(
    "path",
    [
        *("/w/..", "/w/.", "/w/%2e%2e", "/w/%2E", "/w/a%2fb", "/w/a%2Fb", "/w/a%5cb", "/w/a\\b", "/w/%00", "/w/a%0ab"),
        *("/w/%ff", "/w/a%7f", "/w/%c0%ae", "/w/...", "/w/%E2%80%A8x\n"),
    ],
)
def test_an_argument_cannot_leave_its_segment(path: str) -> None:
    client = app_of(lambda name, fetch: fetch("a", f"/{name}").json(), "/w/<name>").test(fetch={"a": 1})
    answer = client.get(path)
    assert (answer.status, answer.problem, client.runs, client.fetched) == (400, "target-invalid", [], [])


@pytest.mark.parametrize("path", ["/w", "/w/", "/w/a/b", "/W/a", "/w/a/", "/v/w/a", "//w/a"])
def test_no_other_path_reaches_the_function(path: str) -> None:
    client = app_of(lambda name: name, "/w/<name>").test()
    assert (client.get(path).problem, client.runs) == ("route-unknown", [])


@pytest.mark.parametrize("path", ["/w/a%252e%252e", "/w/%252e%252e", "/w/..%3b", "/w/%25%32%65"])
def test_a_path_that_a_server_may_decode_twice_reaches_no_part(path: str) -> None:
    client = app_of(lambda name, fetch: fetch("a", f"/{name}/x").json(), "/w/<name>").test(fetch={"a": 1, "b": 2})
    answer = client.get(path)
    assert not [target for _, target in client.fetched if "/../" in target or "/%2e" in target.lower()]
    assert answer.status in {200, 400, 502}


def test_an_internal_route_is_no_path_of_clients() -> None:
    client = app_of(lambda fetch: fetch("a", "/x").json()).test(fetch={"a": 1})
    assert client.get("/w").json() == 1
    assert [client.get(path).problem for path in ("/x", "/", "/a", "/a/x", "")] == ["route-unknown"] * 5
