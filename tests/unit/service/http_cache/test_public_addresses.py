"""Answers have public addresses, and stored responses those of the origin: no client's Host reaches another client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.front_door import FrontDoor, PublicAddress
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresh_requests import RefreshRequests
from tests.support.gateway.answering import world_with
from tests.support.gateway.world import World, refresher_of, response

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.service.http_cache.answer import Answer

ROUTES = """
[[route]]
name = "shop"
prefix = "/shop"
origin = "http://origin.test/v2"
[[route]]
name = "off"
prefix = "/off"
origin = "http://origin.test/v2"
map_addresses = false
[[route]]
name = "fixed"
prefix = "/fixed"
origin = "http://origin.test"
public_url = "https://API.example/v1/"
preserve_host = true
[[route]]
name = "posts"
prefix = "/posts"
origin = "http://origin.test"
store_post = true
"""


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.gateway.world.ROUTES", ROUTES)


def ask(world: World, path: str, *, method: str = "GET", host: str = "api.example", **fields: str) -> Answer:
    door = FrontDoor(PublicAddress("https", host), "192.0.2.1")
    request = Request(method=method, path=path, fields=Fields((k.replace("_", "-"), v) for k, v in fields.items()))
    deadline = Deadline(world.now + 29, lambda: world.now)
    return world.gateway.serve(request, deadline, front_door=lambda _: door)


def location(answer: Answer) -> str | None:
    return answer.response.fields.get("location")


def moved(place: str, **fields: str) -> World:
    return World({"/v2/a": response(301, b"", location=place, cache_control="max-age=60", **fields)})


def test_each_client_gets_its_own_host_from_one_stored_response() -> None:
    world = moved("http://origin.test/v2/b?c")
    told = [(ask(world, "/shop/a", host=host).result, host) for host in ("evil.test", "api.example", "other.example")]
    assert [result for result, _ in told] == ["miss", "hit", "hit"]
    for restarts in (False, True):
        for _, host in told:
            assert location(ask(world, "/shop/a", host=host)) == f"https://{host}/shop/b?c"
        if not restarts:
            world.restart()


def test_nothing_of_the_public_address_is_stored() -> None:
    world = moved("http://origin.test/v2/b", content_location="/v2/a", link="</v2/c>; rel=next")
    ask(world, "/shop/a", host="evil.test")
    source = ask(world, "/shop/a").source
    assert source is not None
    assert source.fields.get("location") == "http://origin.test/v2/b"
    assert source.fields.get("content-location") == "/v2/a"
    assert source.fields.get("link") == "</v2/c>; rel=next"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_method_gets_public_addresses(method: str) -> None:
    assert location(ask(moved("/v2/b"), "/shop/a", method=method)) == "/shop/b"


def test_a_304_gets_them_too() -> None:
    world = World({"/v2/a": response(cache_control="max-age=60", etag='"a"', content_location="/v2/a")})
    ask(world, "/shop/a")
    confirmed = ask(world, "/shop/a", if_none_match='"a"').response
    assert (confirmed.status, confirmed.fields.get("content-location")) == (304, "/shop/a")


def test_a_route_may_keep_the_addresses_of_its_origin() -> None:
    assert location(ask(moved("http://origin.test/v2/b"), "/off/a")) == "http://origin.test/v2/b"


def test_a_route_with_a_public_url_uses_that_for_all_clients() -> None:
    world = World({"/a": response(302, b"", location="http://origin.test/b")})
    assert location(ask(world, "/fixed/a", host="evil.test")) == "https://api.example/v1/fixed/b"


@pytest.mark.parametrize(
    "named", ["http://origin.test/v2/b", "/v2/b", "b", "https://api.example/shop/b", "/shop/b", "//api.example/shop/b"]
)
@pytest.mark.parametrize("name", ["location", "content_location"])
@pytest.mark.parametrize("path", ["/shop/a", "/off/a"])
def test_an_unsafe_request_invalidates_under_both_names(named: str, name: str, path: str) -> None:
    world = World({"/v2/b": response(cache_control="max-age=60"), "/v2/a": response(201, b"", **{name: named})})
    prefix = path[: path.rfind("/")]
    named = named.replace("/shop", prefix)
    world.outcomes["/v2/a"] = response(201, b"", **{name: named})
    assert ask(world, f"{prefix}/b").stored
    assert ask(world, f"{prefix}/b").result == "hit"
    ask(world, path, method="POST")
    assert ask(world, f"{prefix}/b").result == "miss"


def test_the_public_name_at_another_host_invalidates_nothing() -> None:
    outcomes = {"/v2/b": response(cache_control="max-age=60")}
    world = World({**outcomes, "/v2/a": response(201, b"", location="https://other.test/shop/b")})
    ask(world, "/shop/b")
    ask(world, "/shop/a", method="POST")
    assert ask(world, "/shop/b").result == "hit"


def test_a_post_response_may_name_itself_by_its_public_address() -> None:
    outcome = response(cache_control="max-age=60", content_location="https://api.example/posts/x")
    world = World({"/x": outcome})
    assert ask(world, "/posts/x", method="POST").stored
    assert ask(world, "/posts/x").result == "hit"


def test_a_refresh_sends_what_the_miss_sent() -> None:
    seen: list[list[tuple[str, str]]] = []

    def answer(request: Request) -> Response:
        seen.append([line for line in request.fields if line[0] not in {"if-none-match", "cache-control"}])
        return response(cache_control="max-age=1, stale-while-revalidate=60")

    world, queue = world_with(answer), MemoryRefreshQueue()
    world.refreshes = RefreshRequests(queue)
    world.restart()
    ask(world, "/fixed/x", user_agent="curl", x_forwarded_for="6.6.6.6", x_forwarded_host="evil.test")
    world.now += 5
    assert ask(world, "/fixed/x", host="evil.test").result == "stale"
    deadline = Deadline(world.now + 29, lambda: world.now)
    refresher_of(world.gateway).refresh(queue.requests[0], deadline)
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert ("host", "api.example") in seen[0]
    assert ("x-forwarded-host", "api.example") in seen[0]
