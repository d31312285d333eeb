"""Each kind of refusal has a problem of its own, executes no code, and loses no message."""

from __future__ import annotations

import base64
import json
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from brine.domain.channels.channel import PURPOSE, message_context
from brine.service.channels.sender import CLAIM_TYPE, DIRECT_LIMIT
from brine_codec import Codec, Keyring, KeyringSource
from brine_codec.envelope import context, header
from tests.support.codec.canary import TOUCHED, plain_pickle
from tests.unit.service.channels.world import (
    ACCOUNT,
    CONSUMER,
    MSGPACK,
    ORDERS_KEYS,
    OWN_KEYS,
    PARCELS_KEYS,
    PRODUCER,
    SEALED,
    START,
    Stranger,
    World,
    sender_codec,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.service.channels.world import (
        Reply,
    )

RETIRED = '{"7": "a secret that has been taken out of the keyring"}'


def altered(envelope: bytes, place: int = -1) -> bytes:
    return envelope[:place] + bytes([envelope[place] ^ 1]) + envelope[place + 1 or len(envelope) :]


def gadget(world: World) -> bytes:
    """An envelope with a good seal; its content is a pickle that calls a function."""
    raw = plain_pickle()
    head = header.LAYOUT.pack(
        header.MAGIC, header.SUITE_HMAC_SHA256, 0, 0, 0, 1, int(world.now), int(world.now) + 60, 0, len(raw), 0
    )
    key = Keyring.from_json(ORDERS_KEYS).sealing_key(world.now)
    bound = context.encode_context(message_context("orders", "user/producer"))
    return head + raw + key.mac(PURPOSE).tag(head + bound, raw)


def no_nonce(world: World) -> bytes:
    return sender_codec().seal(
        "x", context=message_context("orders", "user/producer"), now=world.now, expires_at=world.now + 60
    )


SEALED_REFUSALS: dict[str, tuple[Callable[[World], bytes], int, str]] = {
    "altered tag": (lambda w: altered(w.sealed()), 400, "message-tampered"),
    "altered content": (lambda w: altered(w.sealed(), 40), 400, "message-tampered"),
    "of another sender": (lambda w: w.sealed(sender="user/other"), 400, "message-tampered"),
    "under another key of the same id": (
        lambda w: w.sealed(codec=sender_codec('{"1": "some other secret with the same number"}')),
        400,
        "message-tampered",
    ),
    "sealed for another channel": (
        lambda w: w.sealed(channel="parcels", codec=sender_codec(PARCELS_KEYS)),
        400,
        "message-wrong-channel",
    ),
    "expired": (lambda w: w.sealed(now=START - 20, expires_in=20), 400, "message-expired"),
    "from the future": (lambda w: w.sealed(now=START + 61), 400, "message-premature"),
    "without expiry": (lambda w: w.sealed(expires_in=None), 400, "expiry-missing"),
    "expiring too late": (lambda w: w.sealed(expires_in=3_600 + 61), 400, "expiry-too-far"),
    "under a retired key": (lambda w: w.sealed(codec=sender_codec(RETIRED)), 400, "key-retired"),
    "of an unknown class": (
        lambda w: w.sealed(Stranger("x"), codec=sender_codec(ORDERS_KEYS, Stranger)),
        400,
        "type-refused",
    ),
    "with a pickle that calls": (gadget, 400, "type-refused"),
    "without a nonce": (no_nonce, 400, "content-invalid"),
    "a plain pickle": (lambda _: plain_pickle(), 400, "content-invalid"),
    "half": (lambda w: w.sealed()[:80], 400, "message-tampered"),
}


@pytest.mark.parametrize("how", SEALED_REFUSALS)
@pytest.mark.parametrize("way", ["directly", "by claim"])
def test_a_sealed_message_that_cannot_be_sent(world: World, how: str, way: str) -> None:
    make, status, kind = SEALED_REFUSALS[how]
    envelope = make(world)
    reply = post(world, envelope, way)
    assert (reply.status, reply.problem) == (status, kind)
    assert (world.waiting, world.marks.marks, TOUCHED) == (0, {}, [])
    assert world.send().status == 202, "the next one is not in the way of the last"


def post(world: World, envelope: bytes, way: str) -> Reply:
    if way == "directly":
        return world.ask("POST", body=envelope, content_type=SEALED)
    digest = sha256(envelope).hexdigest()
    place = world.ask("POST", "/exchange/orders/uploads", {"size": len(envelope), "sha256": digest}).json
    channel, claim_id = place["url"].removeprefix("memory:").split("/")
    world.claims.objects[channel, claim_id] = envelope
    return world.ask("POST", body=json.dumps({"claim": place["claim"]}).encode(), content_type=CLAIM_TYPE)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("application/json", "content-invalid"),
        (MSGPACK, "content-invalid"),
        (SEALED, "content-invalid"),
        (CLAIM_TYPE, "content-invalid"),
        ("application/octet-stream", "format-unsupported"),
        ("application/x-python-pickle", "format-unsupported"),
    ],
)
def test_a_plain_pickle_reaches_no_unpickler(world: World, kind: str, problem: str, protocol: int) -> None:
    for path in ("/exchange/orders", "/exchange/orders/uploads"):
        reply = world.ask("POST", path, plain_pickle(protocol), content_type=kind)
        expected = "format-unsupported" if path.endswith("uploads") and kind in {SEALED, CLAIM_TYPE} else problem
        assert reply.problem == expected
    assert (world.waiting, TOUCHED) == (0, [])


def test_a_pickle_in_the_place_of_a_token_reaches_no_unpickler(world: World) -> None:
    token = base64.urlsafe_b64encode(plain_pickle()).decode()
    assert world.acknowledge(token).problem == "receipt-invalid"
    claimed = world.ask("POST", body=json.dumps({"claim": token}).encode(), content_type=CLAIM_TYPE)
    assert claimed.problem == "claim-invalid"
    extended = world.ask("POST", f"/exchange/orders/{token}/extend", {"visibility": 1}, who=CONSUMER)
    assert extended.problem == "receipt-invalid"
    for kind in ("application/json", MSGPACK, SEALED):
        path = "/exchange/orders/x/extend"
        assert world.ask("POST", path, plain_pickle(), who=CONSUMER, content_type=kind).status in (400, 415)
    assert TOUCHED == []


def test_a_replay_is_told_the_message_that_it_repeats(world: World) -> None:
    envelope = world.sealed()
    sent = world.send(envelope)
    again = world.send(envelope)
    assert (again.status, again.answer.result, again.json) == (202, "repeated", sent.json)
    (message,) = world.received()
    world.acknowledge(message["receipt"])
    assert world.send(envelope).json == sent.json, "also when it has been received"
    assert world.waiting == 0


def test_a_replay_after_its_expiry_has_expired(world: World) -> None:
    envelope = world.sealed()
    world.send(envelope)
    world.now += 601
    world.marks.marks.clear()
    assert world.send(envelope).problem == "message-expired"


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (None, "principal-missing"),
        ("", "principal-missing"),
        ("arn:aws:iam::123456789012:group/producer", "principal-missing"),
        (CONSUMER, "sender-refused"),
        ("arn:aws:iam::123456789012:user/producer-2", "sender-refused"),
        ("arn:aws:iam::999999999999:user/producer", "sender-refused"),
        ("arn:aws:sts::123456789012:assumed-role/x/producer", "sender-refused"),
    ],
)
def test_a_principal_that_is_no_sender_may_not_send(world: World, who: str | None, kind: str) -> None:
    for path in ("/exchange/orders", "/exchange/orders/uploads"):
        reply = world.ask("POST", path, {"size": 1, "sha256": "0" * 64}, who=who)
        assert (reply.status, reply.problem) == (403, kind)
    assert world.waiting == 0


def test_a_principal_that_is_no_receiver_may_not_receive(world: World) -> None:
    world.send()
    (message,) = world.received()
    other = CONSUMER.replace("consumer", "other")
    for who in (PRODUCER, other):
        assert world.ask("GET", who=who).problem == "sender-refused"
        assert world.acknowledge(message["receipt"], who=who).problem == "sender-refused"
        extended = world.ask("POST", f"/exchange/orders/{message['receipt']}/extend", {"visibility": 9}, who=who)
        assert extended.problem == "sender-refused"
    assert world.waiting == 1


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/exchange/nowhere", "channel-unknown"),
        ("GET", "/exchange/nowhere", "channel-unknown"),
        ("GET", "/exchange/", "channel-unknown"),
        ("GET", "/exchange/Orders", "channel-unknown"),
        ("GET", "/exchange", "route-unknown"),
        ("GET", "/", "route-unknown"),
        ("PUT", "/exchange/orders", "route-unknown"),
        ("DELETE", "/exchange/orders", "route-unknown"),
        ("POST", "/exchange/orders/a/b/c", "route-unknown"),
    ],
)
def test_an_unknown_path_is_not_found(world: World, method: str, path: str, kind: str) -> None:
    reply = world.ask(method, path)
    assert (reply.status, reply.problem) == (404, kind)


@pytest.mark.parametrize("kind", ["text/plain", "application/pickle", "multipart/form-data; boundary=x", "", None])
def test_a_type_that_cannot_be_read(world: World, kind: str | None) -> None:
    fields: dict[str, Any] = {} if kind is None else {"content_type": kind}
    reply = world.ask("POST", body=b"{}", **fields)
    assert (reply.status, reply.problem) == (415, "format-unsupported")


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*"])
def test_a_format_that_cannot_be_given_takes_nothing(world: World, accept: str) -> None:
    assert world.send(accept=accept).problem == "format-unacceptable"
    assert world.waiting == 0
    world.send()
    refused = world.receive(accept=accept)
    assert (refused.status, refused.problem) == (406, "format-unacceptable")
    assert len(world.received()) == 1


@pytest.mark.parametrize(
    ("body", "kind", "where"),
    [
        (b'{"a": 1,}', "content-invalid", "line 1, column 8"),
        (b'{"a": 1, "a": 2}', "content-invalid", "a"),
        (b'{"a": NaN}', "content-invalid", ""),
        (b"\xff", "content-invalid", ""),
        (b"[" * 200 + b"]" * 200, "content-too-large", ""),
        (b"9" * 5_000, "content-too-large", ""),
        (b'{"$type": "shop.Stranger@1", "id": "x"}', "type-refused", ""),
        (b'{"$type": "shop.Order@1", "id": "x"}', "type-refused", ""),
        (b'{"$type": "os.system@1", "id": "x"}', "type-refused", ""),
    ],
)
def test_json_that_cannot_be_sent_is_told_where(world: World, body: bytes, kind: str, where: str) -> None:
    reply = world.ask("POST", body=body, content_type="application/json")
    assert reply.problem == kind
    assert where in reply.json["detail"]
    assert world.waiting == 0


def test_what_is_larger_than_the_channel_takes(world: World) -> None:
    world.max_size = 300
    world.restart()
    assert world.send(world.sealed(secrets.token_hex(400))).problem == "content-too-large"
    assert world.ask("POST", body=secrets.token_hex(400)).problem == "content-too-large"
    announced = world.ask("POST", "/exchange/orders/uploads", {"size": 301, "sha256": "0" * 64})
    assert (announced.status, announced.problem) == (413, "content-too-large")
    assert world.ask("POST", body="x" * 150).status == 202


def test_what_is_too_large_to_be_sent_directly_is_told_the_way(world: World) -> None:
    reply = world.ask("POST", body=b"x" * (DIRECT_LIMIT + 1), content_type=SEALED)
    assert (reply.status, reply.problem) == (413, "content-too-large")
    assert "POST /exchange/orders/uploads" in reply.json["detail"]


@pytest.mark.parametrize("change", ["other channel", "other receiver", "altered", "made up", "empty", "long", "odd"])
def test_a_receipt_that_was_not_given_here(change: str) -> None:
    world = World(receivers=("role/consumer", "role/another"))
    world.send()
    (message,) = world.received()
    receipt = message["receipt"]
    made_up = Codec(Keyring.from_json(OWN_KEYS), purpose=PURPOSE).seal(("1", "1/1", ""), now=world.now)
    path, who = {
        "other channel": (f"/exchange/parcels/{receipt}", CONSUMER),
        "other receiver": (f"/exchange/orders/{receipt}", CONSUMER.replace("consumer", "another")),
        "altered": (f"/exchange/orders/{receipt[:50]}{'A' if receipt[50] != 'A' else 'B'}{receipt[51:]}", CONSUMER),
        "made up": (f"/exchange/orders/{base64.urlsafe_b64encode(made_up).decode()}", CONSUMER),
        "empty": ("/exchange/orders/", CONSUMER),
        "long": (f"/exchange/orders/{'A' * 9_000}", CONSUMER),
        "odd": ("/exchange/orders/%F0%9F%A5%92", CONSUMER),
    }[change]
    reply = world.ask("DELETE", path, who=who)
    assert (reply.status, reply.problem) == (400, "receipt-invalid")
    assert world.waiting == 1
    assert world.acknowledge(receipt).status == 204


def test_a_late_receipt_deletes_nothing(world: World) -> None:
    world.send()
    (message,) = world.received("visibility=5")
    world.now += 5
    reply = world.acknowledge(message["receipt"])
    assert (reply.status, reply.problem) == (410, "receipt-expired")
    assert [again["id"] for again in world.received()] == [message["id"]]


@pytest.mark.parametrize("keys", ["channel", "own"])
def test_without_keys_nothing_is_sent_and_nothing_taken(keys: str) -> None:
    down = KeyringSource(unreachable)
    lost: dict[str, Any] = {"orders_keys": down} if keys == "channel" else {"own_keys": down}
    world = World(**lost)
    healthy = World(queue=world.queue, marks=world.marks, claims=world.claims)
    healthy.send()
    if keys == "channel":
        assert world.send().problem == "store-unavailable"
        assert world.ask("POST", body={}).problem == "store-unavailable"
    else:
        invited = world.ask("POST", "/exchange/orders/uploads", {"size": 1, "sha256": "0" * 64})
        assert invited.problem == "store-unavailable"
        assert world.acknowledge("AAAA").problem in {"receipt-invalid", "store-unavailable"}
    reply = world.receive()
    assert (reply.status, reply.problem, reply.fields.get("retry-after")) == (503, "store-unavailable", "1")
    (lying,) = world.lying.messages
    assert lying.delivery.attempt == 0


def unreachable() -> str:
    raise ConnectionError("hushed")


def test_no_problem_shows_where_it_comes_from(world: World) -> None:
    assert ACCOUNT not in world.ask("POST", who=f"arn:aws:iam::{ACCOUNT}:user/x").body.decode()
