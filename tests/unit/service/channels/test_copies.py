"""Copies of a message: all have its id, and no copy is missed, buried or reported as a failure."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.channels import MOST_ATTEMPTS
from brine.errors import StoreUnavailable
from brine.service.channels.sender import CLAIM_TYPE, INLINE_LIMIT, SENDING_LIMIT
from brine.service.flights.leasing import LEASE_MARGIN
from brine_codec.envelope.identity import envelope_id
from tests.unit.service.channels.test_crashes import after
from tests.unit.service.channels.test_large_messages import claim, invited, uploaded
from tests.unit.service.channels.world import SEALED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.service.channels.world import World

LARGE = secrets.token_hex(INLINE_LIMIT)
ACCEPTS = ("application/json", SEALED)


def copied(world: World) -> None:
    """Copy each message of the queue, as SQS does when its answer was lost."""
    for lying in tuple(world.lying.messages):
        world.lying.send(lying.delivery.message)


def test_the_id_is_the_senders_own(world: World) -> None:
    envelope = world.sealed()
    expected = envelope_id(sha256(envelope).digest())
    assert world.send(envelope).json == {"id": expected}
    copied(world)
    assert [message["id"] for message in world.received()] == [expected] * 2


def test_what_is_posted_as_json_has_one_id_in_all_copies(world: World) -> None:
    sent = world.ask("POST", body={"a": LARGE})
    copied(world)
    assert [message["id"] for message in world.received()] == [sent.json["id"]] * 2


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("kind", ["sealed", "json"])
def test_a_copy_of_a_large_message_that_was_acknowledged_goes_in_silence(world: World, accept: str, kind: str) -> None:
    world.send(world.sealed(LARGE)) if kind == "sealed" else world.ask("POST", body=LARGE)
    copied(world)
    (first,) = world.received("max=1", accept=accept)
    assert world.acknowledge(first["receipt"]).status == 204
    assert world.claims.objects == {}
    reply = world.receive(accept=accept)
    assert (reply.status, reply.answer.undeliverable, reply.answer.removed) == (204, (), 1)
    assert (world.waiting, world.lying.dead) == (0, [])


@pytest.mark.parametrize("accept", ACCEPTS)
def test_copies_that_are_given_together_do_not_bury_each_other(world: World, accept: str) -> None:
    world.send(world.sealed(LARGE))
    copied(world)
    first, _ = world.received("visibility=5", accept=accept)
    world.acknowledge(first["receipt"])
    for _ in range(2 * MOST_ATTEMPTS):  # for any action of the second copy's receiver
        world.now += 5
        assert world.received("visibility=5", accept=accept) == []
    assert (world.waiting, world.lying.dead) == (0, [])


@pytest.mark.parametrize("fails", ["marks.acknowledge", "claims.delete"])
def test_a_copy_outlives_an_acknowledgement_that_was_done_in_part(world: World, fails: str) -> None:
    world.send(world.sealed(LARGE))
    copied(world)
    (first,) = world.received("max=1")
    store, call = fails.split(".")
    setattr(getattr(world, store), call, after(lambda *_, **__: None, StoreUnavailable("down")))
    assert world.acknowledge(first["receipt"]).status == 204
    assert len(world.claims.objects) == 1, "it is left to the lifecycle rule"
    assert [message["content"] for message in world.received()] == [LARGE]


def test_where_the_mark_cannot_be_read_a_copy_is_given(world: World) -> None:
    world.send(world.sealed(LARGE))
    world.marks.look = after(lambda _, **__: None, StoreUnavailable("down"))
    reply = world.receive(accept=SEALED)
    assert (reply.answer.delivered, [str(fault) for fault in reply.answer.faults]) == (1, ["table-unavailable"])


def test_an_upload_that_was_received_meanwhile_is_told_as_sent(world: World) -> None:
    envelope = world.sealed(LARGE)
    place = invited(world, envelope)
    uploaded(world, place, envelope)
    world.marks.settle = after(lambda *_, **__: None, StoreUnavailable("the mark does not say it"))
    sent = claim(world, place["claim"])
    (message,) = world.received()
    world.acknowledge(message["receipt"])
    assert world.claims.objects == {}
    again = claim(world, place["claim"])
    assert (again.status, again.json, again.answer.result) == (202, sent.json, "repeated")
    assert world.waiting == 0


def test_what_was_sent_is_told_as_sent_when_its_time_is_over(world: World) -> None:
    envelope = world.sealed(expires_in=30)
    sent = world.send(envelope)
    world.now += 40
    assert world.send(envelope).json == sent.json
    assert world.send(world.sealed(expires_in=30, now=world.now - 40)).problem == "message-expired"


def test_one_send_under_many_lost_answers_is_one_id_and_few_copies(world: World) -> None:
    """SQS takes the message and its answer is lost; then the exchange tries again, and so does the sender."""
    envelope = world.sealed()
    send = world.lying.send

    def lossy(message: Any, **__: Any) -> None:
        for _ in range(3):
            send(message)
        raise StoreUnavailable("three answers were lost")

    world.lying.send = lossy  # type: ignore[method-assign]
    for _ in range(4):
        assert world.send(envelope).status in (409, 503)
    world.lying.send = send  # type: ignore[method-assign]
    world.now += SENDING_LIMIT + LEASE_MARGIN
    sent = world.send(envelope)
    given = world.received()
    assert {message["id"] for message in given} == {sent.json["id"]}
    assert len(given) == 4


class Crash(BaseException):
    """The process ends here."""


def crash_points(world: World) -> list[tuple[Any, str]]:
    """Every call of the exchange to a port, as an object and the name of its method."""
    return [
        *((world.lying, name) for name in ("send", "receive", "delete")),
        *((world.claims, name) for name in ("write", "read", "delete")),
        *((world.marks, name) for name in ("begin", "settle", "give_up", "acknowledge", "look")),
    ]


def crashing(call: Callable[..., Any], *, is_done: bool) -> Callable[..., Any]:
    """End the process at the call, before or after the call is done."""

    def crash(*arguments: Any, **named: Any) -> Any:
        if is_done:
            call(*arguments, **named)
        raise Crash

    return crash


def sent_somehow(world: World, act: Callable[[], Any]) -> str:
    """The id that the sender gets, after retries."""
    for _ in range(10):
        try:
            reply = act()
        except Crash:
            restored(world)
            continue
        if reply.status == 202:
            id_: str = reply.json["id"]
            return id_
        world.now += float(reply.fields.get("retry-after") or 1)
    raise AssertionError("it was never taken")


def restored(world: World) -> None:
    """Remove the crash from the world."""
    for place, name in crash_points(world):
        place.__dict__.pop(name, None)


@pytest.mark.slow
@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("way", ["small", "stored", "uploaded"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", range(11))
def test_wherever_it_crashes_the_message_comes_under_one_id_and_nothing_is_buried(
    world: World, point: int, is_done: bool, way: str, accept: str
) -> None:
    content = "small" if way == "small" else LARGE
    envelope = world.sealed(content)
    act: Callable[[], Any] = lambda: world.send(envelope)  # noqa: E731 - or another
    if way == "uploaded":
        place = invited(world, envelope)
        uploaded(world, place, envelope)
        body = json.dumps({"claim": place["claim"]}).encode()
        act = lambda: world.ask("POST", body=body, content_type=CLAIM_TYPE)  # noqa: E731 - as above
    target, name = crash_points(world)[point]
    setattr(target, name, crashing(getattr(target, name), is_done=is_done))

    sent = sent_somehow(world, act)
    received: list[str] = []
    for _ in range(3 * MOST_ATTEMPTS):
        try:
            for message in world.received("visibility=5", accept=accept):
                received.append(message["id"])
                world.acknowledge(message["receipt"])
        except Crash:
            restored(world)
        world.now += 5
    assert set(received) == {sent}
    assert (world.waiting, world.lying.dead) == (0, [])
    assert sent_somehow(world, act) == sent, "asked again, it is told as sent"
    assert world.received() == [], "and does not come again"
