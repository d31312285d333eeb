from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1 import BadResponse, ConnectFailed, HttpClient, ResponseTooLarge, TimedOut
from brine.domain.routing.origin import OriginAddress
from tests.support.loopback import Loopback, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from tests.support.loopback import Peer
from tests.unit.adapters.http1.asking import GET, LIMITS, OK, POST, ask, soon


def test_interim_answers_are_skipped(client: HttpClient) -> None:
    hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with Loopback(answering_always(hints + OK)) as server:
        answer = client.exchange(server.address, GET, LIMITS, soon())
        client.close()

    assert (answer.status, answer.lines, answer.body) == (200, (("content-length", "2"),), b"ok")


def test_an_answer_that_comes_before_the_request_was_read_counts(client: HttpClient) -> None:
    early = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    large = replace(POST, body=b"x" * 100, head=b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n")

    def script(peer: Peer) -> None:
        peer.send(early)
        peer.wait_until_closed()

    with Loopback(script) as server:
        assert client.exchange(server.address, large, LIMITS, soon()).status == 413


def test_a_large_request_arrives_whole(client: HttpClient) -> None:
    body = bytes(range(256)) * 4000
    head = f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with Loopback(answering_always(OK)) as server:
        ask(client, server, replace(POST, head=head, body=body))
        client.close()

    assert server.requests == [head + body]


def test_a_peer_that_stops_reading_does_not_hold_the_request_forever(client: HttpClient) -> None:
    done = threading.Event()
    message = replace(POST, body=bytes(50_000_000))
    with Loopback(lambda _: done.wait(5)) as server:
        with pytest.raises(TimedOut):
            ask(client, server, message, replace(LIMITS, read_timeout=0.05))
        done.set()


def test_a_silent_peer_runs_into_the_read_time_out(client: HttpClient) -> None:
    with Loopback(lambda peer: peer.wait_until_closed()) as server, pytest.raises(TimedOut):
        ask(client, server, limits=replace(LIMITS, read_timeout=0.05))


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=["head", "field", "counted", "chunked", "until close"],
)
def test_a_drip_does_not_outlive_the_deadline(client: HttpClient, beginning: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(beginning)
        while not peer.wait_until_closed(0.002):
            peer.send(b"x")

    with Loopback(script) as server:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            client.exchange(server.address, GET, LIMITS, soon(0.1))
        assert 0.1 <= time.monotonic() - began < 4


def test_a_head_larger_than_allowed_is_refused(client: HttpClient) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 400 + b"Content-Length: 0\r\n\r\n"
    with Loopback(answering_once_and_closing(head)) as server, pytest.raises(ResponseTooLarge):
        ask(client, server)


def test_a_head_without_end_is_refused(client: HttpClient) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        while True:
            peer.send(b"X-Field: " + b"y" * 1000 + b"\r\n")

    with Loopback(script) as server, pytest.raises((ResponseTooLarge, BadResponse)) as caught:
        ask(client, server)

    assert caught.type is ResponseTooLarge


def test_every_address_of_a_name_is_tried(client: HttpClient) -> None:
    with Loopback(answering_always(OK)) as server:
        address = server.address._replace(host="localhost")
        assert client.exchange(address, GET, LIMITS, soon()).body == b"ok"
        client.close()


def test_a_closed_port_is_a_failed_connection() -> None:
    with Loopback(answering_always(OK)) as server:
        address = server.address
    with HttpClient() as client, pytest.raises(ConnectFailed):
        client.exchange(address, GET, LIMITS, soon())


def test_a_host_without_address() -> None:
    address = OriginAddress(scheme="http", host="a" * 64 + ".invalid", port=80)
    with HttpClient() as client, pytest.raises(ConnectFailed):
        client.exchange(address, GET, LIMITS, soon())
