"""The number of variants of a key that are kept, and that each request gets its own variant."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.permits import MemoryPermitStore
from brine.domain.resilience.permits import REPLACED
from brine.domain.routing.policy import MAX_VARIANTS
from brine.domain.routing.route import Routes
from brine.errors import StoreThrottled
from tests.support.gateway.world import World, response, status_of

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer

FEW = 4


def versions(*, remembers: bool = True, **members: Any) -> World:
    """A world with an origin that answers with the request's path. Without a memory, it reads the table only."""

    def answer(_address: OriginAddress, request: Request) -> Outcome:
        body = request.fields.get("x-version", "none").encode()
        return response(200, body, cache_control="max-age=60", vary="x-version")

    world = World(l1_bytes=1_000_000 if remembers else 0, **members)
    world.origin = MemoryOrigin(answer)
    world.restart()
    return world


def ask(world: World, version: int, path: str = "/few/x") -> Answer:
    answer = world.ask(path, x_version=str(version))
    assert answer.response.body == str(version).encode()
    return answer


def kept(world: World) -> int:
    return sum(1 for (pk, _), item in world.items.items.items() if pk.startswith("r#") and item.envelope)


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


def test_a_variant_above_the_cap_that_chance_refuses_is_not_stored_and_says_so() -> None:
    world = versions(draw=lambda: REPLACED)
    for version in range(FEW):
        assert ask(world, version).stored
    refused = ask(world, FEW)
    assert (refused.stored, [str(fault) for fault in refused.faults]) == (False, ["variants-capped"])
    assert "detail=variants-capped" in status_of(refused)
    assert [ask(world, version).result for version in range(FEW)] == ["hit"] * FEW


def test_variants_whose_time_is_over_make_room() -> None:
    world = versions(draw=lambda: REPLACED)
    for version in range(FEW):
        ask(world, version)
    world.now += 100_000
    assert all(ask(world, version).stored for version in range(10, 10 + FEW))


def test_a_variant_keeps_its_permit_when_it_is_renewed() -> None:
    world = versions(draw=lambda: REPLACED)
    for _ in range(3):
        for version in range(FEW):
            assert ask(world, version).stored
        world.now += 61
    assert kept(world) == FEW


def test_a_variant_that_was_replaced_in_the_table_is_a_plain_miss_elsewhere() -> None:
    world = versions(remembers=False)
    for version in range(FEW + 1):
        ask(world, version)
    answers = [ask(world, version) for version in range(FEW + 1)]
    assert [answer.faults for answer in answers] == [()] * (FEW + 1)


def test_when_permits_fail_a_variant_is_not_stored_and_the_answer_goes_out() -> None:
    class Failing(MemoryPermitStore):
        def claim(self, *_: Any, **__: Any) -> Any:
            raise StoreThrottled("claim")

    world = versions(permits=Failing())
    assert ask(world, 0).stored
    answer = ask(world, 1)
    assert (answer.stored, [str(fault) for fault in answer.faults]) == (False, ["table-throttled"])


@pytest.mark.parametrize("order", ["in turn", "at random"])
def test_more_variants_than_the_cap_have_the_hits_that_the_cap_permits(order: str) -> None:
    chance, few, many = random.Random(6), 30, 35  # noqa: S311 - no secret
    world = versions(draw=chance.random)
    (route,) = (route for route in world.gateway.routes if route.name == "few")
    route = replace(route, policy=replace(route.policy, max_variants=few))
    world.gateway = replace(world.gateway, routes=Routes((route,)))
    asked = [chance.randrange(many) if order == "at random" else number % many for number in range(60 * many)]
    results = [ask(world, version).result for version in asked][30 * many :]
    assert results.count("hit") / len(results) >= 0.95 * few / many
    assert kept(world) <= few


def test_two_locales_never_replace_each_other_whatever_the_url() -> None:
    world = versions()
    for path in range(1_000):
        world.now += 1  # the route limits its new keys per minute
        for version in (1, 2, 3):
            ask(world, version, f"/open/{path}")
        assert [ask(world, version, f"/open/{path}").result for version in (3, 2, 1)] == ["hit"] * 3


@pytest.mark.slow
@pytest.mark.parametrize("order", ["in turn", "at random"])
def test_300_variants_have_the_hits_that_the_default_cap_permits(order: str) -> None:
    chance, many = random.Random(6), 300  # noqa: S311 - no secret
    world = versions(draw=chance.random)
    asked = [chance.randrange(many) if order == "at random" else number % many for number in range(20 * many)]
    results = [ask(world, version, "/open/x").result for version in asked][10 * many :]
    assert results.count("hit") / len(results) >= 0.95 * MAX_VARIANTS / many
    assert kept(world) <= MAX_VARIANTS
