"""Sending: what goes out, what is tried again, and what a refusal becomes."""

from __future__ import annotations

import json
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

import pytest

from brine_client import (
    AlreadySent,
    AnswerInvalid,
    ClientError,
    ContentRefused,
    ContentTooLarge,
    NotFound,
    NotPermitted,
    Refused,
    Unavailable,
    Unreachable,
)
from brine_codec import Unsupported
from tests.loopback import Loopback, answering, answering_always
from tests.unit.client.gateway import (
    ID,
    NONCE,
    NOW,
    answer,
    body_of,
    client,
    exchange_codec,
    fields_of,
    problem,
    url_of,
)

if TYPE_CHECKING:
    from tests.loopback import Peer

ACCEPTED = answer(202, json.dumps({"id": ID}).encode())
NOISE = Random(7).randbytes(5_000_000)  # noqa: S311 - what does not compress, keeps no secret


def test_what_goes_out_is_sealed_for_its_channel_and_sender_and_signed() -> None:
    with Loopback(answering(ACCEPTED)) as server, client(server) as shop:
        assert shop.send("orders", ["a", 1], expires_in=60) == ID
    (request,) = server.requests
    assert request.startswith(b"POST /exchange/orders HTTP/1.1\r\n")
    fields = fields_of(request)
    assert fields["content-type"] == "application/vnd.brine.sealed"
    assert fields["authorization"].startswith("AWS4-HMAC-SHA256 Credential=shop/")
    assert "/eu-west-1/execute-api/aws4_request" in fields["authorization"]
    codec, context = exchange_codec(), ("message", "orders", "user/shop")
    assert codec.open(body_of(request), context=context, now=NOW) == (NONCE, ["a", 1])
    assert codec.peek(body_of(request), context=context, now=NOW).expires_at == NOW + 60


def test_an_object_that_cannot_travel_is_refused_before_anything_is_sent() -> None:
    with Loopback(answering(ACCEPTED)) as server, client(server) as shop:
        with pytest.raises(Unsupported, match=r"\[1\]"):
            shop.send("orders", [1, object()])
        assert server.connections == 0


def test_what_failed_on_the_way_is_sent_again_as_it_was() -> None:
    pauses: list[float] = []

    def script(peer: Peer) -> None:
        peer.read_request()
        if peer.number == 0:
            peer.reset()
        else:
            peer.send(ACCEPTED)

    with Loopback(script) as server, client(server, pauses=pauses) as shop:
        assert shop.send("orders", 1) == ID
    assert len(server.requests) == 2
    assert body_of(server.requests[0]) == body_of(server.requests[1])
    assert pauses == [0.1]


def test_a_message_whose_first_answer_was_lost_is_not_a_second_one() -> None:
    taken = problem(409, "message-replayed", id=ID)
    with Loopback(answering(answer(503), taken)) as server, client(server) as shop:
        assert shop.send("orders", 1) == ID
    with Loopback(answering(taken)) as server, client(server) as shop, pytest.raises(AlreadySent) as caught:
        shop.send("orders", 1)
    assert caught.value.problem == "message-replayed"
    assert caught.value.detail == "because"


def test_what_another_attempt_is_just_sending_is_asked_for_again() -> None:
    pauses: list[float] = []
    busy = problem(409, "message-being-sent", more="retry-after: 2\r\n")
    done = problem(409, "message-replayed", id=ID)
    with Loopback(answering(answer(504), busy, done)) as server, client(server, pauses=pauses) as shop:
        assert shop.send("orders", 1) == ID
    assert pauses == [0.1, 2]


def test_two_equal_objects_are_two_messages() -> None:
    with Loopback(answering(ACCEPTED, ACCEPTED)) as server, client(server, nonce=None) as shop:
        shop.send("orders", 1)
        shop.send("orders", 1)
    assert body_of(server.requests[0]) != body_of(server.requests[1])


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ContentRefused), (403, NotPermitted), (404, NotFound), (413, ContentTooLarge), (418, Refused)],
)
def test_a_refusal_is_an_error_of_its_kind_and_not_tried_again(status: int, error: type[Refused]) -> None:
    with Loopback(answering(problem(status, "some-kind"))) as server, client(server) as shop:
        with pytest.raises(error, match=f"{status} some-kind: because") as caught:
            shop.send("orders", 1)
        assert type(caught.value) is error
    assert len(server.requests) == 1


def test_what_stays_unavailable_is_tried_four_times() -> None:
    pauses: list[float] = []
    with (
        Loopback(answering_always(problem(503, "queue-unavailable"))) as server,
        client(server, pauses=pauses) as shop,
        pytest.raises(Unavailable, match="queue-unavailable"),
    ):
        shop.send("orders", 1)
    assert len(server.requests) == 4
    assert pauses == [0.1, 0.2, 0.4]


def test_nobody_there_is_unreachable() -> None:
    with Loopback(answering()) as server:
        shop = client(server)
    with shop, pytest.raises(Unreachable, match="did not answer: ConnectionRefusedError"):
        shop.send("orders", 1)


def test_an_answer_of_something_else_is_invalid() -> None:
    with (
        Loopback(answering(answer(200, b"hello", media_type="text/html"))) as server,
        client(server) as shop,
        pytest.raises(AnswerInvalid, match="200 came where 202"),
    ):
        shop.send("orders", 1)


def test_an_answer_without_an_id_is_invalid() -> None:
    with (
        Loopback(answering(answer(202, b"[]"))) as server,
        client(server) as shop,
        pytest.raises(AnswerInvalid, match="which one it became"),
    ):
        shop.send("orders", 1)


def test_what_is_large_goes_past_the_gateway() -> None:
    large = NOISE
    stored: list[bytes] = []

    def script(peer: Peer) -> None:
        while request := peer.read_request():
            if request.startswith(b"POST /exchange/orders/uploads "):
                asked = json.loads(body_of(request))
                place = {
                    "claim": "c1",
                    "url": f"{url_of(server)}/store/c1?sig=1",
                    "headers": {"x-sum": asked["sha256"]},
                }
                peer.send(answer(201, json.dumps(place).encode()))
            elif request.startswith(b"PUT /store/c1?sig=1 "):
                assert "authorization" not in fields_of(request)
                assert fields_of(request)["x-sum"] == sha256(body_of(request)).hexdigest()
                stored.append(body_of(request))
                peer.send(answer(200))
            else:
                peer.send(ACCEPTED)

    with Loopback(script) as server, client(server) as shop:
        assert shop.send("orders", large) == ID
    assert exchange_codec().open(stored[0], context=("message", "orders", "user/shop"), now=NOW) == (NONCE, large)
    last = server.requests[-1]
    assert fields_of(last)["content-type"] == "application/vnd.brine.claim+json"
    assert json.loads(body_of(last)) == {"claim": "c1"}


def test_a_store_that_refuses_an_upload_is_an_error() -> None:
    def script(peer: Peer) -> None:
        while request := peer.read_request():
            place = {"claim": "c1", "url": f"{url_of(server)}/store", "headers": {}}
            is_order = request.startswith(b"POST /exchange/orders/uploads ")
            peer.send(answer(201, json.dumps(place).encode()) if is_order else answer(403, b"<Error/>"))

    with Loopback(script) as server, client(server) as shop, pytest.raises(NotPermitted):
        shop.send("orders", NOISE)


def test_without_credentials_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with Loopback(answering()) as server, client(server, credentials=None) as shop:
        with pytest.raises(ClientError, match="no AWS credentials"):
            shop.send("orders", 1)
        assert server.connections == 0
