"""What an origin made for one client never answers another client, over the whole gateway."""

from __future__ import annotations

from tests.unit.service.answering import ask, reply, world_with


def test_two_lines_with_an_open_quote_each_share_nothing() -> None:
    lines = (("cache-control", 'public, max-age=60, x="'), ("cache-control", 'no-store, y="'), ("set-cookie", "sid=A"))
    world = world_with(lambda request: reply(200, *lines, body=request.fields.get("authorization", "-").encode()))
    assert not ask(world, ("authorization", "Bearer A")).stored
    second = ask(world)
    assert (second.result, second.response.body) == ("miss", b"-")
