"""A received object equals the sent one, in every format; an acknowledgement is final."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.channels import MOST_ATTEMPTS
from brine.domain.channels.channel import message_context
from brine.domain.channels.message import content_of
from brine.domain.formats import Format, decode, encode
from brine.domain.formats.allowed_types import Types
from tests.unit.service.channels.world import (
    CONSUMER,
    MSGPACK,
    ORDER,
    PRODUCER,
    SEALED,
    Order,
    World,
    registry,
    sender_codec,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = Types(registry(Order))
BODIES: dict[str, Callable[[World], bytes]] = {
    "application/json": lambda _: encode(Format.JSON, ORDER, TYPES),
    MSGPACK: lambda _: encode(Format.MSGPACK, ORDER, TYPES),
    SEALED: lambda world: world.sealed(),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_message_of_any_format_is_received_in_every_format(world: World, kind: str) -> None:
    sent = world.ask("POST", body=BODIES[kind](world), content_type=kind)
    assert (sent.status, sent.json) == (202, {"id": sent.answer.message_id})

    (plain,) = world.received("visibility=1")
    assert decode(Format.JSON, json.dumps(plain["content"]).encode(), TYPES) == ORDER
    world.now += 1
    packed = world.receive("visibility=1", accept=MSGPACK)
    (binary,) = decode(Format.MSGPACK, packed.body, TYPES)["messages"]
    assert binary["content"] == ORDER
    world.now += 1
    (sealed,) = world.received(accept=SEALED)
    opened = sender_codec().open(sealed["content"], context=message_context("orders", "user/producer"), now=world.now)
    assert content_of(opened) == ORDER

    heads = [{key: one[key] for key in ("id", "sender", "attempt", "sent_at")} for one in (plain, binary, sealed)]
    assert heads == [
        {"id": sent.json["id"], "sender": "user/producer", "attempt": attempt, "sent_at": "2026-09-21T14:13:20Z"}
        for attempt in (1, 2, 3)
    ]


def test_a_sealed_message_stays_as_it_came(world: World) -> None:
    envelope = world.sealed()
    world.send(envelope)
    (message,) = world.received(accept=SEALED)
    assert message["content"] == envelope
    assert message["expires_at"] == "2026-09-21T14:23:20Z"


def test_what_is_acknowledged_does_not_come_again(world: World) -> None:
    world.send()
    (message,) = world.received()
    done = world.acknowledge(message["receipt"])
    assert (done.status, done.body, done.answer.result) == (204, b"", "acknowledged")
    world.now += 1_000
    assert world.receive().status == 204
    assert world.waiting == 0
    assert world.acknowledge(message["receipt"]).problem == "receipt-expired"


def test_what_is_not_acknowledged_comes_again_and_then_goes_to_the_dead_letters(world: World) -> None:
    world.send()
    attempts = []
    for _ in range(MOST_ATTEMPTS):
        attempts += [message["attempt"] for message in world.received("visibility=10")]
        assert world.received() == []
        world.now += 10
    assert attempts == list(range(1, MOST_ATTEMPTS + 1))
    assert world.received() == []
    assert len(world.lying.dead) == 1


def test_an_empty_channel_waits_as_long_as_asked_and_as_the_deadline_lets_it(world: World) -> None:
    reply = world.receive("wait=20")
    assert (reply.status, reply.body, reply.answer.result) == (204, b"", "empty")
    world.receive("wait=20", seconds=10.5)
    world.receive("wait=20", seconds=2.0)
    world.receive()
    assert world.waited == [20, 7]


def test_a_message_that_comes_while_it_is_waited_for_is_given_with_a_full_receipt(world: World) -> None:
    envelope = world.sealed()

    def pass_time(seconds: float) -> None:
        world.now += seconds
        world.send(envelope)

    world.lying._wait = pass_time
    (message,) = world.received("wait=20&visibility=5")
    world.now += 4
    assert world.acknowledge(message["receipt"]).status == 204


def test_at_most_as_many_as_asked(world: World) -> None:
    for _ in range(12):
        world.send()
    assert len(world.received("max=3")) == 3
    reply = world.receive()
    assert len(reply.json["messages"]) == reply.answer.delivered == 9


@pytest.mark.parametrize(
    "query",
    [
        "wait=21",
        "wait=-1",
        "wait=1.5",
        "wait=",
        "max=0",
        "max=11",
        "visibility=0",
        "visibility=43201",
        "max=%D9%A3",
        "&" * 50,
    ],
)
def test_a_parameter_out_of_range_is_a_problem_and_takes_nothing(world: World, query: str) -> None:
    world.send()
    assert world.receive(query).problem == "parameter-invalid"
    assert len(world.received()) == 1


def test_extending_gives_a_new_receipt_and_0_gives_the_message_back(world: World) -> None:
    world.send()
    (message,) = world.received("visibility=10")
    world.now += 9

    def extend(receipt: str, seconds: int) -> str:
        reply = world.ask("POST", f"/exchange/orders/{receipt}/extend", {"visibility": seconds}, who=CONSUMER)
        assert (reply.status, reply.answer.result) == (200, "extended")
        renewed: str = reply.json["receipt"]
        return renewed

    receipt = extend(message["receipt"], 100)
    world.now += 99
    assert world.acknowledge(message["receipt"]).problem == "receipt-expired"
    extend(receipt, 0)
    (again,) = world.received()
    assert world.acknowledge(again["receipt"]).status == 204


@pytest.mark.parametrize("document", [{}, {"visibility": "5"}, {"visibility": True}, {"visibility": 43_201}, []])
def test_an_invalid_extension_is_a_problem(world: World, document: object) -> None:
    world.send()
    (message,) = world.received()
    reply = world.ask("POST", f"/exchange/orders/{message['receipt']}/extend", document, who=CONSUMER)
    assert reply.problem == "content-invalid"


def test_equal_content_in_json_is_two_messages(world: World) -> None:
    for _ in range(2):
        assert world.ask("POST", body={"a": 1}).status == 202
    assert [message["content"] for message in world.received()] == [{"a": 1}, {"a": 1}]


def test_equal_content_sealed_in_one_second_is_two_messages(world: World) -> None:
    assert [world.send(world.sealed({"a": 1})).status for _ in range(2)] == [202, 202]
    assert len(world.received()) == 2


def test_answers_come_in_the_accepted_format(world: World) -> None:
    packed = world.send(accept=MSGPACK)
    assert decode(Format.MSGPACK, packed.body, Types()).keys() == {"id"}
    assert packed.fields.get("content-type") == MSGPACK
    sealed = world.send(accept=SEALED)
    codec = sender_codec()
    opened = codec.open(sealed.body, context=("delivery", "orders", "user/producer"), now=world.now)
    assert opened == {"id": sealed.answer.message_id}


def test_roles_are_known_without_their_session(world: World) -> None:
    role = PRODUCER.replace("iam", "sts").replace("user/producer", "assumed-role/producer-7/session")
    assert world.send(world.sealed(sender="role/producer-7"), who=role).status == 202
    (message,) = world.received()
    assert message["sender"] == "role/producer-7"


def test_on_an_emulator_somebody_stands_in_for_who_is_not_verified() -> None:
    world = World(emulated_principal="user/producer")
    assert world.send(who=None).status == 202
    assert world.send(who=CONSUMER).problem == "sender-refused"
