"""The details in a refusal's problem: they tell the client where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.service.channels.world import CONSUMER, ORDERS_KEYS, PRODUCER, Stranger, sender_codec

if TYPE_CHECKING:
    from tests.unit.service.channels.world import World


def test_a_seal_that_does_not_verify_tells_channel_and_sender(world: World) -> None:
    refused = world.send(world.sealed(sender="role/producer"))
    assert refused.json["detail"] == "the seal does not verify for the channel orders and the sender user/producer"


def test_an_unknown_class_tells_where_it_is_declared(world: World) -> None:
    refused = world.send(world.sealed(Stranger("x"), codec=sender_codec(ORDERS_KEYS, Stranger)))
    assert "no class is registered as 'shop.Stranger@1" in refused.json["detail"]
    assert refused.json["detail"].endswith("; types.toml must declare it so, and the channel's types must include it")


def test_a_refused_principal_is_named(world: World) -> None:
    assert world.send(who=CONSUMER).json["detail"] == "role/consumer is not among its senders"
    assert world.ask("GET", who=PRODUCER).json["detail"] == "user/producer is not among its receivers"
