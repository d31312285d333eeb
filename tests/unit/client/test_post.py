"""`post` of an object to a route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_client import AlreadySent, Unavailable, Unreachable
from brine_codec import Codec
from tests.support.loopback import Loopback, answering
from tests.unit.client.gateway import KEYRING, NONCE, NOW, answer, body_of, client, fields_of, problem

if TYPE_CHECKING:
    from tests.support.loopback import Peer

CODEC = Codec(KEYRING, purpose="brine client")


def test_an_object_is_sealed_for_its_method_and_target_and_an_object_comes_back() -> None:
    sealed = CODEC.seal(["done"], context=("response", "/signed/a,b?x=1"), now=NOW)
    with (
        Loopback(answering(answer(200, sealed, media_type="application/vnd.brine.sealed"))) as server,
        client(server) as shop,
    ):
        assert shop.post("/signed/a%2cb?x=1", {"a": 1}, method="PUT") == ["done"]
    (request,) = server.requests
    assert request.startswith(b"PUT /signed/a%2cb?x=1 HTTP/1.1\r\n")
    assert fields_of(request)["content-type"] == "application/vnd.brine.sealed"
    assert "authorization" in fields_of(request)
    context = ("request", "PUT", "/signed/a,b?x=1", "user/shop")
    assert CODEC.open(body_of(request), context=context, now=NOW) == (NONCE, {"a": 1})
    assert CODEC.peek(body_of(request), context=context, now=NOW).expires_at == NOW + 300


def test_it_is_not_tried_again() -> None:
    with Loopback(answering(answer(503))) as server, client(server) as shop, pytest.raises(Unavailable):
        shop.post("/signed/x", 1)
    assert len(server.requests) == 1

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.reset()

    with Loopback(script) as server, client(server) as shop, pytest.raises(Unreachable):
        shop.post("/signed/x", 1)
    assert len(server.requests) == 1


def test_a_replay_is_an_error() -> None:
    replayed = problem(409, "request-replayed")
    with Loopback(answering(replayed)) as server, client(server) as shop, pytest.raises(AlreadySent):
        shop.post("/signed/x", 1)
