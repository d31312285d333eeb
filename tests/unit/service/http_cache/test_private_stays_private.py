"""A response that an origin made for one client never answers another client, over the whole gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.http.dates import format_http_date
from tests.support.gateway.answering import ask, reply, world_with
from tests.support.gateway.world import START, status_of

if TYPE_CHECKING:
    from tests.support.gateway.answering import Line
    from tests.support.gateway.world import World


def test_two_lines_with_an_open_quote_each_share_nothing() -> None:
    lines = (("cache-control", 'public, max-age=60, x="'), ("cache-control", 'no-store, y="'), ("set-cookie", "sid=A"))
    world = world_with(lambda request: reply(200, *lines, body=request.fields.get("authorization", "-").encode()))
    assert not ask(world, ("authorization", "Bearer A")).stored
    second = ask(world)
    assert (second.result, second.response.body) == ("miss", b"-")


GUESSED: Line = ("last-modified", format_http_date(START - 864_000))
SID_A: Line = ("cookie", "sid=A")
SID_B: Line = ("cookie", "sid=B")


def greeting(*lines: Line) -> World:
    """A world with an origin that greets its users by their cookies, with these fields."""
    return world_with(lambda request: reply(200, *lines, body=request.fields.get("cookie", "nobody").encode()))


def greeted(world: World, path: str, *lines: Line) -> tuple[bytes, str]:
    answer = ask(world, *lines, path=path)
    return answer.response.body, answer.result


@pytest.mark.parametrize("path", ["/cookies/x", "/cookies-timed/x", "/open/x", "/cookies-keyed/x"])
@pytest.mark.parametrize("lines", [(GUESSED,), (GUESSED, ("etag", '"1"')), (GUESSED, ("cache-control", "public"))])
def test_a_response_for_one_user_does_not_answer_another(path: str, lines: tuple[Line, ...]) -> None:
    for first in ((SID_A,), ()):
        world = greeting(*lines)
        ask(world, *first, path=path)
        for asking in ((SID_B,), (), (SID_A,)):
            assert greeted(world, path, *asking)[0] == (asking[0][1].encode() if asking else b"nobody")


def test_no_wish_of_a_client_for_stale_responses_shows_it_the_page_of_another_user() -> None:
    world = greeting(("cache-control", "max-age=0"), ("etag", '"1"'))
    ask(world, SID_A, path="/cookies/x")
    assert greeted(world, "/cookies/x", SID_B, ("cache-control", "max-stale")) == (b"sid=B", "miss")
    assert greeted(world, "/cookies/x", SID_A, ("cache-control", "max-stale")) == (b"sid=A", "hit")


def test_a_user_s_own_page_is_fresh_by_the_route_and_never_by_a_guess() -> None:
    timed, guessed = greeting(GUESSED), greeting(GUESSED)
    assert [greeted(timed, "/cookies-timed/x", SID_A)[1] for _ in range(2)] == ["miss", "hit"]
    answers = [ask(guessed, SID_A, path="/cookies/x") for _ in range(2)]
    assert [answer.result for answer in answers] == ["miss", "miss"]
    assert "; ttl=0" in status_of(answers[1])
    assert [greeted(guessed, "/cookies/x")[1] for _ in range(2)] == ["miss", "hit"]


def test_a_lifetime_that_the_origin_gives_is_for_all_users() -> None:
    world = greeting(("cache-control", "max-age=60"))
    assert [greeted(world, "/cookies/x", cookie)[1] for cookie in (SID_A, SID_B)] == ["miss", "hit"]


def test_key_headers_say_otherwise_of_the_lifetime_that_the_route_gives() -> None:
    world = greeting()
    assert [greeted(world, "/cookies-shared/x", cookie)[1] for cookie in (SID_A, SID_B)] == ["miss", "hit"]
