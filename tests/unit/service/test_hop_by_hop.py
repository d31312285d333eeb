"""What a client's Connection names ends at the gateway: nobody gets an answer selected by what the origin never saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.origin_memory import MemoryOrigin
from tests.unit.service.world import World, response

if TYPE_CHECKING:
    from brine.adapters.origin_memory import Outcome
    from brine.domain.messages import Request
    from brine.domain.origin import OriginAddress


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
