"""RFC 8586: a request that comes back to the gateway that forwarded it ends there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.http.cdn_loop import LONGEST, pseudonym
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from brine.service.transaction import Transaction
from tests.support.gateway.answering import ask, reply, world_with
from tests.support.gateway.world import World, with_fetcher, with_origin

if TYPE_CHECKING:
    from brine.domain.http.messages import Response

OTHERS = "brine-0123456789ab, brine-ffffffffffff"
LASTING = ("cache-control", "max-age=600")


def leading_back(world: World, *, over: World | None = None, route: str = "open") -> None:
    """Make the world's origin the gateway itself, or another gateway before it."""
    first, last = over or world, world

    def again(request: Request) -> Response:
        path = f"/{route}/{request.path.rpartition('/')[2]}"
        return first.gateway.serve(replace(request, path=path), Deadline(last.now + 29, lambda: last.now)).response

    last.origin.requests.clear()
    last.gateway = with_origin(last.gateway, world_with(again).origin)


def two_gateways() -> tuple[World, World]:
    front, back = World(), world_with(lambda _: reply(200, body=b"content"))
    front.gateway = with_fetcher(front.gateway, name=pseudonym("eu-1", "front"))
    back.gateway = with_fetcher(back.gateway, name=pseudonym("eu-1", "back"))
    return front, back


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/x"), ("POST", "/api/x"), ("GET", "/open/x")])
def test_a_route_that_leads_back_to_the_gateway_ends_at_the_second_time(method: str, path: str) -> None:
    world = World()
    leading_back(world)
    answer = ask(world, method=method, path=path)
    assert answer.response.status == 508
    assert b"urn:brine:problem:loop-detected" in answer.response.body
    assert len(world.gateway.fetcher.origins.origin.requests) == 1  # type: ignore[attr-defined]


def test_gateways_in_a_row_are_told_from_each_other() -> None:
    front, back = two_gateways()
    leading_back(front, over=back)
    assert ask(front).response.body == b"content"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", ["open", "api"])
def test_a_circle_of_gateways_ends_where_it_began(method: str, route: str) -> None:
    front, back = two_gateways()
    for world, over in ((front, back), (back, front)):
        leading_back(world, over=over, route=route)
    assert ask(front, method=method, path=f"/{route}/y").response.status == 508
    assert [len(world.gateway.fetcher.origins.origin.requests) for world in (front, back)] == [1, 1]  # type: ignore[attr-defined]


def test_connection_does_not_hide_a_loop() -> None:
    world = World()
    answer = ask(world, ("connection", "cdn-loop"), ("cdn-loop", world.fetcher.name))
    assert (answer.problem, answer.response.status, answer.route) == ("loop-detected", 508, "api")
    assert b'route \\"api\\": its CDN-Loop names this gateway. Check which origin' in answer.response.body


def test_via_shows_a_loop_through_an_intermediary_without_cdn_loop() -> None:
    world = World()
    answer = ask(world, ("via", f"1.1 {world.fetcher.name}, 2 other.example"))
    assert (answer.problem, answer.response.status) == ("loop-detected", 508)


def test_a_loop_gets_no_hit() -> None:
    world = world_with(lambda _: reply(200, LASTING))
    ask(world)
    assert (ask(world).result, ask(world, ("cdn-loop", world.fetcher.name)).result) == ("hit", "problem")


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/api/x", [OTHERS, "brine"]),
        ("GET", "/open/x", [OTHERS, "brine"]),
        ("POST", "/api/x", ['a.example; trace="1, 2"', f"b, ?!(, {OTHERS}; v=1", "brine"]),
    ],
)
def test_the_client_s_cdn_loop_is_continued(method: str, path: str, sent: list[str]) -> None:
    world = world_with(lambda _: reply(200))
    lines = [
        ("cdn-loop", 'a.example; trace="1, 2"'),
        ("cdn-loop", f"b, ?!(, {OTHERS}; v=1"),
        ("connection", "cdn-loop"),
    ]
    ask(world, *lines, method=method, path=path)
    assert [list(request.fields.all("cdn-loop")) for _, request in world.origin.requests] == [sent]


def test_a_long_cdn_loop_reaches_no_origin() -> None:
    world = world_with(lambda _: reply(200))
    assert ask(world, ("cdn-loop", "a" * (LONGEST + 1))).response.status == 508
    assert world.origin.requests == []


@pytest.mark.parametrize("path", ["/api/x", "/open/x"])
def test_cdn_loop_selects_no_stored_response(path: str) -> None:
    world = world_with(lambda _: reply(200, LASTING, ("vary", "CDN-Loop")))
    ask(world, ("cdn-loop", "a.example"), path=path)
    assert [ask(world, *lines, path=path).result for lines in ([], [("cdn-loop", "b")])] == ["hit", "hit"]


def test_the_answer_of_a_loop_behind_the_gateway_is_never_stored() -> None:
    world = world_with(lambda _: reply(508, LASTING))
    assert [ask(world).result for _ in range(2)] == ["miss", "miss"]


def test_a_refresh_request_holds_no_cdn_loop() -> None:
    request = Request(method="GET", path="/x", fields=Fields([("cdn-loop", OTHERS), ("accept", "a/b")]))
    route = World().gateway.route("open")
    assert route is not None
    transaction = Transaction.begin(route, request, "", Deadline(29.0, lambda: 0.0))
    assert (transaction.request.fields.lines, transaction.cdn_loop) == ((("accept", "a/b"),), (OTHERS,))


def test_a_part_continues_the_chain_of_its_whole() -> None:
    world = world_with(lambda _: reply(200))
    route, deadline = world.gateway.route("api"), Deadline(world.now + 29, lambda: world.now)
    assert route is not None
    whole = Transaction.begin(
        route, Request(method="GET", path="/x", fields=Fields([("cdn-loop", OTHERS)])), "", deadline
    )
    world.gateway.serve_part(route, Request(method="GET", path="/part"), whole, deadline)
    assert [request.fields.all("cdn-loop") for _, request in world.origin.requests] == [(OTHERS, "brine")]
