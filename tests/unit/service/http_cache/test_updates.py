"""The effect of one client's update of a stored response on the next client, over the whole gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.gateway.answering import ask, reply, world_with

if TYPE_CHECKING:
    from tests.support.gateway.answering import Line
    from tests.support.gateway.world import World

TAG: Line = ("etag", '"1"')
BOB: Line = ("set-cookie", "sid=BOB")


@pytest.mark.parametrize(
    ("stored", "newer"),
    [
        (("cache-control", "public, max-age=10"), ()),
        (("cache-control", "public, max-age=10"), (("cache-control", "max-age=10"),)),
        (("cdn-cache-control", "max-age=10"), (("cache-control", "private"),)),
    ],
)
def test_a_cookie_of_a_304_is_for_the_client_that_validated(stored: Line, newer: tuple[Line, ...]) -> None:
    world = world_with(
        lambda request: (
            reply(304, TAG, BOB, *newer)
            if "if-none-match" in request.fields and "x-bob" in request.fields
            else reply(304, TAG, stored)
            if "if-none-match" in request.fields
            else reply(200, TAG, stored, body=b"page")
        )
    )
    path = "/open/x"
    assert ask(world, path=path).stored
    world.now += 20
    bob = ask(world, ("x-bob", "1"), path=path)
    assert (bob.response.body, bob.response.fields.get("set-cookie")) == (b"page", "sid=BOB")
    for _ in range(2):
        assert "set-cookie" not in ask(world, path=path).response.fields
    world.restart()
    assert "set-cookie" not in ask(world, path=path).response.fields


@pytest.mark.parametrize("newer", [(), (("cache-control", "private"),)])
def test_a_head_that_sets_a_cookie_changes_nothing_for_others(newer: tuple[Line, ...]) -> None:
    world = world_with(
        lambda request: (
            reply(200, TAG, BOB, ("x-user", "bob"), *newer)
            if request.method == "HEAD"
            else reply(200, TAG, ("cdn-cache-control", "max-age=100"), body=b"page")
        )
    )
    assert ask(world).stored
    head = ask(world, ("cache-control", "no-cache"), method="HEAD")
    assert head.response.fields.get("x-user") == "bob"
    after = ask(world)
    assert after.response.body == b"page"
    assert not {"x-user", "set-cookie"} & {name for name, _ in after.response.fields}


def in_parts(first: tuple[Line, ...], rest: tuple[Line, ...]) -> World:
    """A world with an origin that gives ten bytes in two parts, with these fields."""
    answers = {
        "bytes=0-4": reply(206, TAG, ("content-range", "bytes 0-4/10"), *first, body=b"01234"),
        "bytes=5-": reply(206, TAG, ("content-range", "bytes 5-9/10"), *rest, body=b"56789"),
    }
    return world_with(lambda request: answers.get(request.fields.get("range", ""), reply(200, body=b"another")))


def test_a_cookie_of_the_rest_is_for_the_client_that_asked_for_it() -> None:
    world = in_parts((("cache-control", "public, max-age=100"),), (BOB,))
    assert ask(world, ("range", "bytes=0-4")).stored
    bob = ask(world)
    assert (bob.response.body, bob.response.fields.get("set-cookie")) == (b"0123456789", "sid=BOB")
    assert "set-cookie" not in ask(world, ("range", "bytes=0-4")).response.fields


def test_a_whole_joined_from_parts_is_selected_by_what_selected_each_of_them() -> None:
    world = in_parts((("cache-control", "max-age=100"), ("vary", "accept-language")), ())
    german, french = ("accept-language", "de"), ("accept-language", "fr")
    assert ask(world, ("range", "bytes=0-4"), german).stored
    assert ask(world, german).response.body == b"0123456789"
    assert ask(world, german).result == "hit"
    assert ask(world, french).response.body == b"another"
