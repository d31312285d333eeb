"""Hostile JSON and MessagePack at a channel: each is a clear problem, and the queue gets no part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.service.channels.sender import DIRECT_LIMIT
from tests.attacks.content.bombs import json_bombs, msgpack_bombs
from tests.attacks.test_content import HARMLESS
from tests.unit.service.channels.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED = {(400, "content-invalid"), (400, "type-refused"), (413, "content-too-large")}
BOMBS = [
    *[("JSON", "application/json", name, make) for name, make in json_bombs()],
    *[("MSGPACK", "application/msgpack", name, make) for name, make in msgpack_bombs()],
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "media_type", "name", "make"), BOMBS, ids=[f"{form}: {name}" for form, _, name, _ in BOMBS]
)
def test_hostile_content_is_a_problem(form: str, media_type: str, name: str, make: Callable[[], bytes]) -> None:
    world = World()
    content = make()
    reply = world.ask("POST", "/exchange/orders", content, content_type=media_type)
    if len(content) > DIRECT_LIMIT:
        assert (reply.status, reply.problem) == (413, "content-too-large")
    elif (form, name) not in HARMLESS:
        assert (reply.status, reply.problem) in REFUSED
    assert world.waiting == (1 if reply.status == 202 else 0)
