"""Sending: the request on the wire, its retries, and the errors for refusals."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

import pytest

from brine_client import (
    AnswerInvalid,
    ClientError,
    ContentRefused,
    ContentTooLarge,
    NotFound,
    NotPermitted,
    Refused,
    Retries,
    Unavailable,
    Unreachable,
)
from brine_codec import Unsupported
from tests.support.loopback import Loopback, answering, answering_always
from tests.unit.client.gateway import (
    NONCE,
    NOW,
    accepted,
    answer,
    body_of,
    client,
    exchange_codec,
    fields_of,
    id_of,
    problem,
    taking,
    url_of,
)

if TYPE_CHECKING:
    from tests.support.loopback import Peer

NOISE = Random(7).randbytes(5_000_000)  # noqa: S311 - incompressible bytes without a secret


def test_a_sent_message_is_sealed_for_its_channel_and_sender_and_signed() -> None:
    with Loopback(taking()) as server, client(server) as shop:
        sent = shop.send("orders", ["a", 1], expires_in=60)
    (request,) = server.requests
    assert sent == id_of(body_of(request))
    assert request.startswith(b"POST /exchange/orders HTTP/1.1\r\n")
    fields = fields_of(request)
    assert fields["content-type"] == "application/vnd.brine.sealed"
    assert fields["authorization"].startswith("AWS4-HMAC-SHA256 Credential=shop/")
    assert "/eu-west-1/execute-api/aws4_request" in fields["authorization"]
    codec, context = exchange_codec(), ("message", "orders", "user/shop")
    assert codec.open(body_of(request), context=context, now=NOW) == (NONCE, ["a", 1])
    assert codec.peek(body_of(request), context=context, now=NOW).expires_at == NOW + 60


def test_an_object_that_cannot_travel_is_refused_before_anything_is_sent() -> None:
    with Loopback(taking()) as server, client(server) as shop:
        with pytest.raises(Unsupported, match=r"\[1\]"):
            shop.send("orders", [1, object()])
        assert server.connections == 0


def test_a_failed_request_is_sent_again_unchanged() -> None:
    pauses: list[float] = []

    def script(peer: Peer) -> None:
        request = peer.read_request()
        if peer.number == 0:
            peer.reset()
        else:
            peer.send(accepted(body_of(request)))

    with Loopback(script) as server, client(server, pauses=pauses) as shop:
        assert shop.send("orders", 1) == id_of(body_of(server.requests[0]))
    assert len(server.requests) == 2
    assert body_of(server.requests[0]) == body_of(server.requests[1])
    assert pauses == [0.1]


def test_a_message_is_repeated_under_its_id() -> None:
    with Loopback(taking(answer(503), answer(503))) as server, client(server, nonce=None) as shop:
        message = shop.seal("orders", 1)
        with client(server, retries=Retries(attempts=1)) as hasty, pytest.raises(Unavailable):
            hasty.send_sealed(message)
        assert shop.send_sealed(message) == shop.send_sealed(message) == message.id
    assert {id_of(body_of(request)) for request in server.requests} == {message.id}
    assert len(server.requests) == 4


def test_another_request_that_is_sending_it_is_waited_for_however_long_it_may_take() -> None:
    """A function that was killed leaves its mark, which lasts longer than all pauses between attempts together."""
    pauses: list[float] = []
    busy = [problem(409, "message-being-sent", more=f"retry-after: {seconds}\r\n") for seconds in (12, 12, 12, 12, 9)]
    with Loopback(taking(answer(504), *busy)) as server, client(server, pauses=pauses) as shop:
        sent = shop.send("orders", 1)
    assert pauses == [0.1, 12, 12, 12, 12, 9]
    assert {id_of(body_of(request)) for request in server.requests} == {sent}


def test_waiting_for_another_request_does_not_use_the_retry_budget() -> None:
    busy = problem(409, "message-being-sent", more="retry-after: 2\r\n")
    retries = Retries(budget=0, sleep=lambda _: None)
    with Loopback(taking(busy, busy)) as server, client(server, retries=retries) as shop:
        shop.send("orders", 1)
    assert len(server.requests) == 3


@pytest.mark.parametrize("seconds", [0, 2, 61])
def test_a_message_that_another_request_is_still_sending_is_no_success(seconds: int) -> None:
    pauses: list[float] = []
    busy = problem(409, "message-being-sent", more=f"retry-after: {seconds}\r\n")
    with (
        Loopback(answering_always(busy)) as server,
        client(server, pauses=pauses) as shop,
        pytest.raises(Unavailable) as caught,
    ):
        shop.send("orders", 1)
    assert caught.value.problem == "message-being-sent"
    assert sum(pauses) <= 60
    assert len(pauses) <= 60


def test_a_message_that_was_taken_over_a_connection_that_then_broke_is_sent() -> None:
    def script(peer: Peer) -> None:
        request = peer.read_request()
        peer.send(accepted(body_of(request)))
        if peer.number == 0:
            peer.read_request()
            peer.reset()

    with Loopback(script) as server, client(server) as shop:
        shop.send("orders", 1)
        assert shop.send("orders", 2) == id_of(body_of(server.requests[2]))
    assert len(server.requests) == 3


@pytest.mark.parametrize("kept", [4, 20, 60, 80])
def test_an_answer_that_breaks_off_is_none(kept: int) -> None:
    """In the status line, between two fields or within one, or in the body."""

    def script(peer: Peer) -> None:
        whole = accepted(body_of(peer.read_request()))
        peer.send(whole if peer.number else whole[:kept])

    with Loopback(script) as server, client(server) as shop:
        shop.send("orders", 1)
    assert len(server.requests) == 2


def test_two_equal_objects_are_two_messages() -> None:
    with Loopback(taking()) as server, client(server, nonce=None) as shop:
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


def test_an_unavailable_gateway_is_tried_four_times() -> None:
    pauses: list[float] = []
    with (
        Loopback(answering_always(problem(503, "queue-unavailable"))) as server,
        client(server, pauses=pauses) as shop,
        pytest.raises(Unavailable, match="queue-unavailable"),
    ):
        shop.send("orders", 1)
    assert len(server.requests) == 4
    assert pauses == [0.1, 0.2, 0.4]


def test_a_refused_connection_is_unreachable() -> None:
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


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"id": "another"}'])
def test_an_answer_without_the_messages_id_is_invalid(body: bytes) -> None:
    with (
        Loopback(answering(answer(202, body))) as server,
        client(server) as shop,
        pytest.raises(AnswerInvalid, match="does not give the message's id"),
    ):
        shop.send("orders", 1)


def test_a_large_envelope_bypasses_the_gateway() -> None:
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
                peer.send(accepted(stored[0]))

    with Loopback(script) as server, client(server) as shop:
        sent = shop.send("orders", large)
    assert sent == id_of(stored[0])
    assert exchange_codec().open(stored[0], context=("message", "orders", "user/shop"), now=NOW) == (NONCE, large)
    last = server.requests[-1]
    assert fields_of(last)["content-type"] == "application/vnd.brine.claim+json"
    assert json.loads(body_of(last)) == {"claim": "c1"}


@pytest.mark.parametrize("status", [409, 412])
def test_an_upload_whose_first_response_was_lost_succeeds(status: int) -> None:
    puts: list[bytes] = []

    def script(peer: Peer) -> None:
        while request := peer.read_request():
            if request.startswith(b"PUT /store "):
                puts.append(request)
                peer.send(answer(500) if len(puts) == 1 else answer(status, b"<Error/>", media_type="application/xml"))
            elif request.startswith(b"POST /exchange/orders/uploads "):
                place = {"claim": "c1", "url": f"{url_of(server)}/store", "headers": {"if-none-match": "*"}}
                peer.send(answer(201, json.dumps(place).encode()))
            else:
                peer.send(accepted(body_of(puts[0])))

    with Loopback(script) as server, client(server) as shop:
        assert shop.send("orders", NOISE) == id_of(body_of(puts[0]))
    assert len(puts) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"url": "file:///etc/passwd"},
        {"url": "//127.0.0.1/x"},
        {"url": "http://someone@127.0.0.1/x"},
        {"url": "http://127.0.0.1/x y"},
        {"url": 7},
        {"headers": [1]},
        {"headers": {"x": "1\r\ny: 2"}},
        {"headers": None},
    ],
)
def test_a_place_that_is_none_is_invalid(change: dict[str, object]) -> None:
    def script(peer: Peer) -> None:
        place = {"claim": "c1", "url": f"{url_of(server)}/store", "headers": {}, **change}
        peer.read_request()
        peer.send(answer(201, json.dumps(place).encode()))
        peer.wait_until_closed()

    with (
        Loopback(script) as server,
        client(server) as shop,
        pytest.raises(AnswerInvalid, match="does not say where to"),
    ):
        shop.send("orders", NOISE)


def test_a_store_that_refuses_an_upload_is_an_error() -> None:
    def script(peer: Peer) -> None:
        while request := peer.read_request():
            place = {"claim": "c1", "url": f"{url_of(server)}/store", "headers": {}}
            is_order = request.startswith(b"POST /exchange/orders/uploads ")
            peer.send(answer(201, json.dumps(place).encode()) if is_order else answer(403, b"<Error/>"))

    with Loopback(script) as server, client(server) as shop, pytest.raises(NotPermitted):
        shop.send("orders", NOISE)


def test_without_credentials_no_request_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with Loopback(answering()) as server, client(server, credentials=None) as shop:
        with pytest.raises(ClientError, match="no AWS credentials"):
            shop.send("orders", 1)
        assert server.connections == 0


def test_credentials_that_cannot_be_had_are_an_error_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-nobody")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with (
        Loopback(answering()) as server,
        client(server, credentials=None) as shop,
        pytest.raises(ClientError, match="ProfileNotFound"),
    ):
        shop.send("orders", 1)


@pytest.mark.parametrize("principal", ["user/shop", None])
def test_without_botocore_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, principal: str | None) -> None:
    for module in ("botocore.auth", "botocore.session"):
        monkeypatch.setitem(sys.modules, module, None)
    with (
        Loopback(answering()) as server,
        client(server, principal=principal) as shop,
        pytest.raises(ClientError, match=r"brine-codec\[iam\]"),
    ):
        shop.send("orders", 1)
