"""A body that is too large for the queue is stored in the bucket until it is acknowledged."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.channels import MOST_ATTEMPTS, MemoryClaimStore
from brine.domain.channels.channel import message_context
from brine.domain.channels.message import ClaimCheck, content_of
from brine.errors import StoreUnavailable
from brine.service.channels.delivery_builder import ANSWER_LIMIT, LONGEST_URL, SHORTEST_URL
from brine.service.channels.receiver import RESERVE
from brine.service.channels.sender import CLAIM_TYPE, INLINE_LIMIT, UPLOAD_SECONDS
from tests.unit.service.channels.world import CONSUMER, MSGPACK, PRODUCER, SEALED, START, sender_codec

if TYPE_CHECKING:
    from brine.ports.deadline import Deadline
    from tests.unit.service.channels.world import Reply, World


def noise(size: int) -> str:
    """Text that does not compress below half of its size."""
    return secrets.token_hex(size // 2)


def invited(world: World, envelope: bytes, **arguments: Any) -> dict[str, Any]:
    document = {"size": len(envelope), "sha256": sha256(envelope).hexdigest()}
    reply = world.ask("POST", "/exchange/orders/uploads", document, **arguments)
    assert (reply.status, reply.answer.result) == (201, "invited")
    place: dict[str, Any] = reply.json
    return place


def uploaded(world: World, place: dict[str, Any], envelope: bytes) -> None:
    channel, claim_id = place["url"].removeprefix("memory:").split("/")
    world.claims.objects[channel, claim_id] = envelope


def claim(world: World, token: object, **arguments: Any) -> Reply:
    body = json.dumps({"claim": token}).encode()
    return world.ask("POST", body=body, content_type=CLAIM_TYPE, **arguments)


@pytest.mark.parametrize("accept", ["application/json", SEALED])
def test_a_large_message_goes_through_the_bucket_and_leaves_nothing_there(world: World, accept: str) -> None:
    content = noise(2 * INLINE_LIMIT)
    envelope = world.sealed(content)
    assert len(envelope) > INLINE_LIMIT
    world.send(envelope)
    (lying,) = world.lying.messages
    assert lying.delivery.message is not None
    assert isinstance(lying.delivery.message.envelope, ClaimCheck)
    assert list(world.claims.objects.values()) == [envelope]

    (message,) = world.received(accept=accept)
    if accept == SEALED:
        pointer = message["claim"]
        assert pointer["url"] == f"memory:orders/{lying.delivery.message.envelope.id}"
        assert (pointer["size"], pointer["sha256"]) == (len(envelope), sha256(envelope).hexdigest())
    else:
        assert message["content"] == content
    assert world.acknowledge(message["receipt"]).status == 204
    assert world.claims.objects == {}


def test_a_large_json_message_goes_through_the_bucket_too(world: World) -> None:
    content = noise(2 * INLINE_LIMIT)
    world.ask("POST", body=content)
    assert len(world.claims.objects) == 1
    (message,) = world.received()
    assert message["content"] == content


def test_an_upload_is_sent_by_its_claim_once(world: World) -> None:
    envelope = world.sealed(noise(1_000))
    place = invited(world, envelope)
    assert place["expires_at"] == "2026-09-21T14:28:20Z"
    assert place["headers"] == {"content-length": str(len(envelope))}
    assert claim(world, place["claim"]).problem == "claim-missing"
    uploaded(world, place, envelope)
    sent = claim(world, place["claim"])
    assert sent.status == 202
    assert (claim(world, place["claim"]).json, world.waiting) == (sent.json, 1)
    assert world.send(envelope).json == sent.json, "directly it is the same message"
    assert world.waiting == 1
    (message,) = world.received()
    assert message["id"] == sent.json["id"]
    world.acknowledge(message["receipt"])
    assert world.claims.objects == {}


@pytest.mark.parametrize("what", ["longer", "shorter", "other", "of another upload"])
def test_an_upload_that_is_not_what_was_announced(world: World, what: str) -> None:
    envelope = world.sealed(noise(1_000))
    place = invited(world, envelope)
    uploads = {
        "longer": envelope + b"x",
        "shorter": envelope[:-1],
        "other": world.sealed(noise(1_000))[: len(envelope)].ljust(len(envelope)),
        "of another upload": world.sealed(noise(400)),
    }
    uploaded(world, place, uploads[what])
    assert claim(world, place["claim"]).problem == ("claim-missing" if what == "longer" else "content-invalid")
    assert world.waiting == 0
    uploaded(world, place, envelope)
    assert claim(world, place["claim"]).status == 202


@pytest.mark.parametrize("what", ["late", "other channel", "other sender", "made up", "no text", "none"])
def test_a_claim_that_was_not_given_here(world: World, what: str) -> None:
    envelope = world.sealed()
    place = invited(world, envelope)
    uploaded(world, place, envelope)
    token: object = place["claim"]
    arguments: dict[str, Any] = {}
    if what == "late":
        world.now = START + 2 * UPLOAD_SECONDS
    elif what == "other channel":
        arguments = {"path": "/exchange/parcels"}
    elif what == "other sender":
        arguments = {"who": PRODUCER.replace("iam", "sts").replace("user/producer", "assumed-role/producer-x/y")}
    elif what == "made up":
        token = "x" * 100
    else:
        token = 7 if what == "no text" else None
    assert claim(world, token, **arguments).problem == "claim-invalid"
    assert world.waiting == 0


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"size": 0, "sha256": "0" * 64},
        {"size": True, "sha256": "0" * 64},
        {"size": 5},
        {"size": 5, "sha256": "0" * 63},
        {"size": 5, "sha256": "G" * 64},
        [],
    ],
)
def test_an_announcement_that_says_too_little(world: World, document: object) -> None:
    assert world.ask("POST", "/exchange/orders/uploads", document).problem == "content-invalid"


def test_content_too_large_for_the_answer_comes_as_a_claim(world: World) -> None:
    content = "x" * (ANSWER_LIMIT + 1)
    envelope = world.sealed(content)
    assert len(envelope) < INLINE_LIMIT
    world.send(envelope)
    world.send(world.sealed("small"))
    first, second = world.received("visibility=1")
    assert second["content"] == "small"
    assert "content" not in first
    (stored,) = world.claims.objects.values()
    assert (first["claim"]["size"], stored) == (len(envelope), envelope)
    opened = sender_codec().open(stored, context=message_context("orders", first["sender"]), now=world.now)
    assert content_of(opened) == content
    world.now += 1
    again = next(message for message in world.received() if message["id"] == first["id"])
    assert again["claim"]["url"] == first["claim"]["url"], "at each delivery at the same place"
    assert world.acknowledge(again["receipt"]).status == 204
    assert world.claims.objects == {}


def test_together_messages_never_burst_the_answer(world: World) -> None:
    for _ in range(4):
        world.send(world.sealed("y" * (ANSWER_LIMIT // 3)))
    reply = world.receive()
    assert len(reply.body) <= ANSWER_LIMIT
    assert [("content" in message, "claim" in message) for message in reply.json["messages"]] == [
        (True, False),
        (True, False),
        (False, True),
        (False, True),
    ]


def test_sealed_messages_of_the_largest_size_fit_together(world: World) -> None:
    for _ in range(10):
        world.send(world.sealed(noise(180_000)))
    messages = world.received(accept=SEALED)
    assert len(messages) == sum("content" in message for message in messages) == 10


@pytest.mark.parametrize("accept", ["application/json", MSGPACK])
def test_what_is_too_deep_inside_an_answer_comes_as_a_claim_and_holds_up_no_other(world: World, accept: str) -> None:
    deep: object = 1
    for _ in range(98):
        deep = [deep]
    assert world.ask("POST", body=deep).status == 202
    assert world.send(world.sealed(deep)).status == 202
    assert world.send().status == 202
    reply = world.receive(accept=accept)
    assert (reply.status, reply.answer.delivered) == (200, 3)
    assert len(world.claims.objects) == 2


class SlowClaims(MemoryClaimStore):
    """A bucket in which each object takes 11 seconds. `left`: the deadlines of the calls, in seconds."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.left: list[float] = []

    def read(self, channel: str, claim: ClaimCheck, *, deadline: Deadline | None = None) -> bytes | None:
        if deadline is not None:
            self.left.append(deadline.remaining())
        self._world.now += 11
        return super().read(channel, claim)


@pytest.mark.parametrize(("visibility", "good_for"), [(1, SHORTEST_URL), (600, 600), (43_200, LONGEST_URL)])
def test_a_link_lasts_as_long_as_the_message_is_the_receivers_within_bounds(
    world: World, visibility: int, good_for: int
) -> None:
    asked = []

    class Bucket(MemoryClaimStore):
        def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
            asked.append(seconds)
            return super().download(channel, claim_id, seconds=seconds)

    world.claims = Bucket()
    world.restart()
    world.send(world.sealed(noise(2 * INLINE_LIMIT)))
    world.receive(f"visibility={visibility}", accept=SEALED)
    assert asked == [good_for]


def test_messages_without_time_to_read_are_returned_and_the_rest_is_delivered(world: World) -> None:
    slow = world.claims = SlowClaims(world)
    world.restart()
    for _ in range(3):
        world.send(world.sealed(noise(2 * INLINE_LIMIT)))
    slow.left.clear()
    reply = world.receive("visibility=600", seconds=29.0)
    assert (reply.status, reply.answer.delivered, reply.answer.undeliverable) == (200, 2, ())
    assert slow.left == [29.0 - RESERVE, 18.0 - RESERVE], "there is time to answer, even if the bucket takes all of it"
    (third,) = world.received()
    assert third["attempt"] == 2


def test_a_function_with_little_time_gives_all_that_takes_none(world: World) -> None:
    for number in range(3):
        world.send(world.sealed(number))
    assert world.receive(seconds=4).answer.delivered == 3


def test_a_message_that_cannot_be_given_back_comes_again_later(world: World) -> None:
    world.claims = SlowClaims(world)
    world.restart()
    for _ in range(3):
        world.send(world.sealed(noise(2 * INLINE_LIMIT)))

    def down(*_: object, **__: object) -> bool:
        raise StoreUnavailable("down")

    queue: Any = world.lying
    queue.extend = down
    reply = world.receive("visibility=60")
    assert (reply.answer.delivered, [str(fault) for fault in reply.answer.faults]) == (2, ["queue-unavailable"])
    world.now += 60
    assert [len(world.received(seconds=60)) for _ in range(3)] == [1, 1, 1]


def test_when_the_bucket_does_not_answer_the_receiver_is_led_to_it(world: World) -> None:
    world.send(world.sealed(noise(2 * INLINE_LIMIT)))

    def down(*_: object, **__: object) -> None:
        raise StoreUnavailable("down")

    world.claims.read = down
    reply = world.receive()
    assert reply.json["messages"][0]["claim"]["url"].startswith("memory:")
    assert [str(fault) for fault in reply.answer.faults] == ["bodies-unavailable"]


@pytest.mark.parametrize(("change", "why"), [("gone", "missing"), ("other", "altered")])
def test_a_message_whose_object_is_not_there_goes_to_the_dead_letters(world: World, change: str, why: str) -> None:
    world.send(world.sealed(noise(2 * INLINE_LIMIT)))
    ((key, envelope),) = world.claims.objects.items()
    if change == "gone":
        del world.claims.objects[key]
    else:
        world.claims.objects[key] = envelope[:-1] + b"x"
    for _ in range(MOST_ATTEMPTS):
        reply = world.receive("visibility=1")
        assert (reply.status, reply.answer.undeliverable) == (204, (why,))
        world.now += 1
    world.receive()
    assert len(world.lying.dead) == 1


def test_a_large_message_is_for_its_receiver_only(world: World) -> None:
    assert world.ask("GET", "/exchange/orders", who=PRODUCER).problem == "sender-refused"
    assert world.ask("POST", "/exchange/orders/uploads", {"size": 1, "sha256": "0" * 64}, who=CONSUMER).status == 403
