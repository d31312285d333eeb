"""RFC 8586: a request that comes back to the gateway that forwarded it ends there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.http.cdn_loop import is_loop, pseudonym
from brine.domain.http.fields import Fields
from brine.ports.deadline import Deadline
from tests.support.gateway.answering import ask, reply, world_with
from tests.support.gateway.world import World, with_fetcher, with_origin

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response

OURS = "brine-0123456789ab"


def leading_back(world: World, *, over: World | None = None) -> None:
    """Make the world's origin the gateway itself, or another gateway before it."""
    first, last = over or world, world

    def again(request: Request) -> Response:
        path = f"/open{request.path}"
        return first.gateway.serve(replace(request, path=path), Deadline(last.now + 29, lambda: last.now)).response

    last.origin.requests.clear()
    last.gateway = with_origin(last.gateway, world_with(again).origin)


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/x"), ("POST", "/api/x"), ("GET", "/open/x")])
def test_a_route_that_leads_back_to_the_gateway_ends_at_the_second_time(method: str, path: str) -> None:
    world = World()
    leading_back(world)
    answer = ask(world, method=method, path=path)
    assert answer.response.status == 508
    assert b"urn:brine:problem:loop-detected" in answer.response.body
    assert len(world.gateway.fetcher.origins.origin.requests) == 1  # type: ignore[attr-defined]


def test_gateways_in_a_row_are_told_from_each_other_and_a_circle_of_them_is_found() -> None:
    front, back = World(), world_with(lambda _: reply(200, body=b"content"))
    front.gateway = with_fetcher(front.gateway, name=pseudonym("eu-1", "front"))
    back.gateway = with_fetcher(back.gateway, name=pseudonym("eu-1", "back"))
    leading_back(front, over=back)
    assert ask(front).response.body == b"content"
    leading_back(back, over=front)
    assert ask(front, path="/api/y").response.status == 508


@pytest.mark.parametrize(
    ("lines", "loops"),
    [
        ([OURS], True),
        ([f"other.example; a=b, {OURS}"], True),
        ([f"{OURS};v=1"], True),
        ([f"{OURS} ; v=1,x"], True),
        (["a", OURS.upper()], True),
        ([f'x="{OURS}, {OURS}'], True),
        ([], False),
        (["", ","], False),
        (["brine", f"{OURS}0", f"x-{OURS}", f"x; {OURS}", OURS[:-1]], False),
    ],
)
def test_how_a_gateway_finds_itself(lines: list[str], loops: bool) -> None:
    assert is_loop(Fields([("CDN-Loop", line) for line in lines]), OURS) is loops


def test_connection_does_not_hide_a_loop() -> None:
    world = World()
    answer = ask(world, ("connection", "cdn-loop"), ("cdn-loop", world.fetcher.name))
    assert (answer.problem, answer.response.status) == ("loop-detected", 508)


def test_each_deployment_has_a_name_of_its_own_that_tells_nothing_of_it() -> None:
    names = {
        pseudonym("eu-1", "table"),
        pseudonym("eu-2", "table"),
        pseudonym("eu-1", "tables"),
        pseudonym("eu-1table"),
    }
    assert len(names) == 4
    assert all(name.startswith("brine-") and "table" not in name for name in names)
