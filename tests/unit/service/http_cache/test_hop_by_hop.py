"""The fields that a client's Connection names end at the gateway: no field hidden from the origin selects an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.routing.origin import OriginAddress


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        ("/open/x", "origin", {"cache_control": "max-age=60", "vary": "Origin"}),
        ("/keyed/x", "x_region", {"cache_control": "max-age=60"}),
        ("/timed/x", "accept_language", {}),
    ],
    ids=["Vary", "key_headers", "negotiation"],
)
def test_a_field_for_this_hop_alone_selects_nothing(path: str, name: str, said: dict[str, str]) -> None:
    field = name.replace("_", "-")

    def answer(_address: OriginAddress, request: Request) -> Outcome:
        return response(200, request.fields.get(field, "none").encode(), **said)

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    assert world.ask(path, connection=field, **{name: "de"}).response.body == b"none"
    honest = world.ask(path, **{name: "de"})
    assert (honest.response.body, honest.result) == (b"de", "miss")
    assert world.ask(path, connection=field, **{name: "de"}).response.body == b"none"


@pytest.mark.parametrize("name", ["content-security-policy", "x-frame-options", "content-encoding", "content-type"])
def test_an_answer_keeps_what_it_is_and_how_browsers_confine_it(name: str) -> None:
    """The Connection field of the response names it, but it is meant for every recipient (RFC 9110 7.6.1)."""
    world = World()
    said = {"cache_control": "max-age=60", "connection": f"{name}, x-hop", "x_hop": "1", name: "said"}
    world.outcomes["/base/x"] = response(200, b"1", **said)
    for result in ("miss", "hit"):
        answer = world.ask()
        assert (answer.result, answer.response.fields.get(name)) == (result, "said")
        assert "x-hop" not in answer.response.fields


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["X_Tenant", "transfer_encoding", "content_length", "host_", "x.tenant", "x+tenant"])
def test_a_name_that_an_origin_may_take_for_another_is_not_sent(method: str, name: str) -> None:
    world = World()
    fields = Fields([("X-Tenant", "a"), (name, "b")])
    world.gateway.serve(
        Request(method=method, path="/open/x", fields=fields), Deadline(world.now + 9, lambda: world.now)
    )
    ((_, sent),) = world.origin.requests
    assert sent.fields.get("x-tenant") == "a"
    assert "b" not in dict(sent.fields).values()
