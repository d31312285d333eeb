"""The request of a part: its path, query, fields, content and tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.config.routes import parse_routes
from brine.domain.http.messages import Request
from brine.domain.routing.target import upstream_target
from brine.service.functions.part_request import part_request
from brine.testing import Reply
from tests.support.gateway.parts import Parts, app_of, client_of, fetch_of, route

if TYPE_CHECKING:
    from pathlib import Path


FRESH = {"cache-control": "max-age=60"}


@pytest.mark.parametrize("path", ["a", "?", "17/x", "#", " /a"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    parts = Parts()
    with pytest.raises(ValueError, match="the path"):
        fetch_of(parts)("a", path)
    assert parts.requests == []


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("", ""),
        ("/", "/"),
        ("/a b", "/a%20b"),
        ("/ü", "/%C3%BC"),
        ("/100%", "/100%25"),
        ("/%2e%2e", "/%252e%252e"),
        ("/a/b;c=1,2", "/a/b;c=1,2"),
        ("/a\\b", "/a%5Cb"),
        ("/a\r\nx: y", "/a%0D%0Ax:%20y"),
        ("/a?b=1", "/a%3Fb=1"),
        ("/a#b", "/a%23b"),
    ],
)
def test_a_path_is_text_and_is_percent_encoded(path: str, sent: str) -> None:
    parts = Parts()
    fetch_of(parts)("a", path)
    assert parts.requests[0].path == sent


def test_parameters_are_a_query_and_none_leaves_one_out() -> None:
    parts = Parts()
    fetch = fetch_of(parts)
    fetch("a", query={"q": "a&b=c", "n": 1, "left": None, "of": [1, 2]})
    fetch("a", query={})
    assert [request.query for request in parts.requests] == ["q=a%26b%3Dc&n=1&of=1&of=2", None]


def test_content_is_sent_as_json_and_bytes_unchanged() -> None:
    parts = Parts()
    fetch = fetch_of(parts)
    fetch("a", method="POST", content={"a": [1]})
    fetch("a", method="POST", content=b"\xff")
    sent = [(request.method, request.body, request.fields.get("content-type")) for request in parts.requests]
    assert sent == [("POST", b'{"a": [1]}', "application/json"), ("POST", b"\xff", None)]


def test_no_field_of_the_client_goes_to_a_part_but_the_trace() -> None:
    parts = Parts()
    secrets: dict[str, Any] = {
        "authorization": "Bearer a",
        "cookie": "b=c",
        "x_tenant": "d",
        "accept": "e",
        "if_none_match": '"f"',
    }
    trace = "00-11111111111111111111111111111111-2222222222222222-01"
    fetch_of(parts, **secrets, traceparent=trace)("a", headers={"X-Of-The-Function": "g"})
    names = dict(parts.requests[0].fields.lines)
    assert names == {"traceparent": trace, "x-of-the-function": "g"}


def test_a_tenant_in_a_header_is_the_whole_s_and_no_other_that_the_function_names() -> None:
    ours = route("a", tenant="header:X-Tenant")
    parts = Parts(routes={"a": ours})
    whole = route("w", tenant="header:X-Tenant")
    fetch = fetch_of(parts, tenant="acme", whole=whole)
    assert fetch.tenant == "acme"
    fetch("a")
    fetch("a", headers={"X-Tenant": "other", "x-tenant": "other"})
    assert [request.fields.all("x-tenant") for request in parts.requests] == [("acme",), ("acme",)]


def test_a_part_of_a_public_route_is_what_its_clients_get(tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "api"\nprefix = "/api/v1"\norigin = "${API}/base"\n')
    client = app_of(lambda fetch: fetch("api", "/17").json()).test(
        fetch={"api": lambda target: Reply(target, headers=FRESH)}, routes=routes
    )
    assert client.get("/w").json() == "/17"
    assert client.get("/api/v1/17").result == "hit"
    client.purge_url("/api/v1/17")
    assert client.get("/w").result == "miss"
    assert client.fetched == [("api", "/17")] * 2


@pytest.mark.parametrize("path", ["/../admin", "/..", "/.", "/a/../../b", "/a\\..\\b", "/..;/x", "/%2e%2e/x", "/a\x00"])
def test_a_path_cannot_leave_the_origin_s(path: str, tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "a"\ninternal = true\norigin = "${A}/base"\n')
    app = app_of(lambda fetch: fetch("a", path).json())
    client = app.test(fetch={"a": 1}, routes=routes)
    answer = client.get("/w")
    assert (answer.status, answer.problem, client.fetched) == (502, "part-failed", [])


def test_a_mistake_in_a_path_is_no_failed_part_so_a_fallback_does_not_hide_it() -> None:
    client = client_of(lambda fetch: fetch("a", "x", otherwise=None).json(), a=1)
    answer = client.get("/w")
    assert (answer.problem, type(answer.error)) == ("function-failed", ValueError)


def test_a_part_without_a_path_is_the_address_of_its_route_itself() -> None:
    routes = parse_routes('[[route]]\nname = "a"\ninternal = true\norigin = "http://a.test/v1/prices"', {})
    of_file = routes.named("a")
    assert of_file is not None
    caller = Request(method="GET", path="/w")
    asked = [upstream_target(routes, of_file, part_request(of_file, path, caller, "")) for path in ("", "/", "/x")]
    assert asked == [("/v1/prices", None), ("/v1/prices/", None), ("/v1/prices/x", None)]
