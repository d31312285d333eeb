"""Requests on the wire: the largest response, the allowed URLs, and lost connections."""

from __future__ import annotations

import select
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from brine_client import AnswerInvalid, Credentials, Retries, Unreachable
from brine_client.connection import Connections
from brine_client.credentials import BotocoreSigner
from brine_client.request import ClientRequest
from brine_client.transport import Transport
from tests.support.loopback import Loopback, answering, answering_once_and_closing
from tests.unit.client.gateway import answer, client, url_of

if TYPE_CHECKING:
    from tests.support.loopback import Peer

HEAD = b"HTTP/1.1 200 X\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        HEAD + b"content-length: 101\r\n\r\n" + b"x" * 101,
        HEAD + b"content-length: 99999999999999999999\r\n\r\n",
        CHUNKED + b"65\r\n" + b"x" * 101 + b"\r\n0\r\n\r\n",
        CHUNKED + b"a\r\nxxxxxxxxxx\r\n" * 1_000,
    ],
)
def test_an_answer_that_is_too_large_is_none(said: bytes) -> None:
    with Loopback(answering(said)) as server:
        connections = Connections(largest=100)
        with pytest.raises(AnswerInvalid, match="more than 100 bytes"):
            connections.exchange(ClientRequest("GET", f"{url_of(server)}/a"), 2.0)


def test_an_answer_that_does_not_say_how_long_it_is_may_be_cut_off() -> None:
    with Loopback(answering(HEAD + b"\r\n" + b"x" * 10_000)) as server, pytest.raises(Unreachable, match="cut off"):
        Connections().exchange(ClientRequest("GET", f"{url_of(server)}/a"), 2.0)


@pytest.mark.parametrize(
    "said",
    [HEAD + b"content-length: 100\r\n\r\n" + b"x" * 100, CHUNKED + b"64\r\n" + b"x" * 100 + b"\r\n0\r\n\r\n"],
)
def test_one_of_just_the_largest_size_is_whole_and_leaves_the_connection_in_use(said: bytes) -> None:
    with Loopback(answering(said, said)) as server:
        connections = Connections(largest=100)
        for _ in range(2):
            assert connections.exchange(ClientRequest("GET", f"{url_of(server)}/a"), 2.0).body == b"x" * 100
        connections.close()
        assert server.connections == 1


def test_a_connection_that_was_closed_while_idle_is_not_used() -> None:
    """As after a Lambda function was frozen. The request is sent only once, over a new connection."""
    said = HEAD + b"content-length: 1\r\n\r\nx"
    with Loopback(answering_once_and_closing(said)) as server:
        connections = Connections()
        request = ClientRequest("POST", f"{url_of(server)}/a", body=b"once", may_repeat=False)
        for _ in range(2):
            answer = connections.exchange(request, 2.0)
            assert (answer.body, answer.is_resent) == (b"x", False)
            (_, kept), *_ = connections._idle
            select.select([kept.sock], [], [], 30.0)  # until the end has arrived
        connections.close()
        assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize(("may_repeat", "sent"), [(False, 2), (True, 3)])
def test_a_request_whose_connection_broke_is_repeated_only_if_it_may_be(may_repeat: bool, sent: int) -> None:
    said = HEAD + b"content-length: 1\r\n\r\nx"

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(said)
        if peer.number == 0 and peer.read_request():
            peer.reset()
        else:
            peer.wait_until_closed()

    with Loopback(script) as server:
        connections = Connections()
        request = ClientRequest("POST", f"{url_of(server)}/a", body=b"once", may_repeat=may_repeat)
        assert not connections.exchange(request, 2.0).is_resent
        if may_repeat:
            assert connections.exchange(request, 2.0).is_resent
        else:
            with pytest.raises(Unreachable):
                connections.exchange(request, 2.0)
        connections.close()
        assert len(server.requests) == sent


def test_an_https_gateway_cannot_lead_to_an_http_store() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()

    signer = BotocoreSigner("https://127.0.0.1", Credentials("shop", "test"), "eu-west-1")
    transport = Transport(signer, Retries(), 2.0, is_secure=True)
    with Loopback(script) as server:
        with pytest.raises(AnswerInvalid, match="by https leads to"):
            transport.stored(ClientRequest("GET", f"{url_of(server)}/claims/orders/c1"))
        assert server.connections == 0


def test_threads_that_share_a_client_each_get_their_own_answer() -> None:
    def script(peer: Peer) -> None:
        while request := peer.read_request():
            target = request.split(b" ", 2)[1]
            peer.send(answer(200, target, media_type="text/plain"))

    def ask(number: int) -> list[str]:
        return [reader.get(f"/{number}/{turn}") for turn in range(20)]

    with Loopback(script) as server, client(server) as reader, ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(ask, range(12)))
    assert answers == [[f"/{number}/{turn}" for turn in range(20)] for number in range(12)]
