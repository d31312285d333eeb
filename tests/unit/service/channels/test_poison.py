"""Messages on which receivers crash take no other message with them into the dead-letter queue."""

from __future__ import annotations

from random import Random

import pytest

from brine.adapters.memory.channels import MOST_ATTEMPTS
from tests.unit.service.channels.world import World

GOOD = 300
VISIBILITY = 5


@pytest.mark.slow
@pytest.mark.parametrize("poison", [3, 60])
@pytest.mark.parametrize("receivers", [1, 4])
@pytest.mark.parametrize("seed", range(2))
def test_every_good_message_is_received_whatever_the_poison(poison: int, receivers: int, seed: int) -> None:
    world, chance = World(), Random(seed)  # noqa: S311 - no secret
    contents = [f"good {number}" for number in range(GOOD)] + [f"poison {number}" for number in range(poison)]
    chance.shuffle(contents)
    for content in contents:
        world.send(world.sealed(content, expires_in=3_000))
    received: set[str] = set()
    batches: list[list[dict[str, str]]] = [[] for _ in range(receivers)]
    for turn in range(100_000):
        if not world.waiting:
            break
        number = turn % receivers
        if not batches[number]:
            batches[number] = world.received(f"visibility={VISIBILITY}")
            world.now += 0.01
            if not batches[number] and not any(batches):
                world.now += VISIBILITY
            continue
        message = batches[number].pop(0)
        received.add(message["content"])
        if message["content"].startswith("poison"):
            batches[number].clear()  # the receiver crashes, and the rest of its batch is lost on it
        else:
            world.acknowledge(message["receipt"])
    assert len([content for content in received if content.startswith("good")]) == GOOD
    assert len(world.lying.dead) == poison
    assert world.waiting == 0


def test_a_message_that_crashes_receivers_is_delivered_ten_times(world: World) -> None:
    world.send()
    given = 0
    while world.waiting:
        given += len(world.received("visibility=1"))
        world.now += 1
    assert given == MOST_ATTEMPTS == 10


def test_an_undeliverable_message_does_not_hide_a_good_one(world: World) -> None:
    """An undeliverable message alone in its answer would make the channel look empty."""
    for _ in range(3):
        world.lying.send(None)
    world.receive("visibility=1")
    world.now += 1
    world.send()
    reply = world.receive("wait=20")
    assert (reply.status, reply.answer.delivered, world.waited) == (200, 1, [])
    assert reply.answer.undeliverable == ("malformed",) * 3
