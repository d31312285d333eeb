"""The number of variants of a key that are kept, and that each request gets its own variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.routing.policy import MAX_VARIANTS
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer

FEW = 4


def versions(*, remembers: bool = True) -> World:
    """A world with an origin that answers with the request's path. Without a memory, it reads the table only."""

    def answer(_address: OriginAddress, request: Request) -> Outcome:
        body = request.fields.get("x-version", "none").encode()
        return response(200, body, cache_control="max-age=60", vary="x-version")

    world = World(l1_bytes=1_000_000 if remembers else 0)
    world.origin = MemoryOrigin(answer)
    world.restart()
    return world


def ask(world: World, version: int, path: str = "/few/x") -> Answer:
    answer = world.ask(path, x_version=str(version))
    assert answer.response.body == str(version).encode()
    return answer


def kept(world: World) -> int:
    return len([sk for pk, sk in world.items.items if pk.startswith("r#") and sk != "lease"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 20), max_size=20), st.booleans())
def test_any_order_of_requests_gets_its_own_and_leaves_no_more_than_the_cap(asked: list[int], remembers: bool) -> None:
    world = versions(remembers=remembers)
    for version in asked:
        ask(world, version)
        assert ask(world, version).result == "hit"
    assert kept(world) <= FEW


def test_many_variants_fill_the_cap_and_the_first_and_the_last_stay() -> None:
    world = versions()
    for version in range(100):
        assert ask(world, version).stored
    assert kept(world) == FEW
    assert ask(world, 0).result == ask(world, 99).result == "hit"


@pytest.mark.slow
def test_unless_its_route_says_more_a_key_has_room_for_many() -> None:
    world = versions()
    hits = 0
    for path in range(10):  # which variants share a slot is another matter for each URL
        for version in range(20):
            ask(world, version, f"/open/{path}")
        hits += sum(ask(world, version, f"/open/{path}").result == "hit" for version in range(20))
    assert hits >= 180
    world = versions()
    for version in range(2 * MAX_VARIANTS):
        ask(world, version, "/open/x")
    assert MAX_VARIANTS // 2 < kept(world) <= MAX_VARIANTS
