"""Bytes after the end of a response belong to no response, and end the use of their connection (RFC 9112 6.3)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.loopback import Loopback, answering_always
from tests.unit.adapters.http1.asking import GET, LIMITS, OK, POST, ask, soon

if TYPE_CHECKING:
    from brine.adapters.http1 import HttpClient, RawRequest
    from tests.support.loopback import Peer

FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize("surplus", [b"H", b"\r\n", FORGED], ids=["byte", "line", "response"])
@pytest.mark.parametrize("size", [2, 90_000, 100_000])
def test_a_response_has_exactly_the_bytes_that_it_announced(client: HttpClient, size: int, surplus: bytes) -> None:
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size
    with Loopback(answering_always(announced + surplus)) as server:
        assert [ask(client, server) for _ in range(2)] == [b"x" * size] * 2
        client.close()

    assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize(
    ("response", "body"),
    [(OK, b"ok"), (CHUNKED, b"ok"), (EMPTY, b""), (NO_CONTENT, b"")],
    ids=["counted", "chunked", "empty", "no content"],
)
@pytest.mark.parametrize("message", [GET, POST], ids=["repeatable", "other"])
def test_a_response_behind_a_response_answers_no_request(
    client: HttpClient, response: bytes, body: bytes, message: RawRequest
) -> None:
    with Loopback(answering_always(response + FORGED)) as server:
        first, second = (client.exchange(server.address, message, LIMITS, soon()) for _ in range(2))
        client.close()

    assert (first.body, second.body) == (body, body)
    assert (first.is_retry, second.is_retry) == (False, False)
    assert (server.connections, len(server.requests)) == (2, 2)


def test_surplus_bytes_that_come_while_the_connection_is_idle_answer_no_request(client: HttpClient) -> None:
    read, sent = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(OK)
        if peer.number == 0:
            assert read.wait(5)
            peer.send(FORGED)
            sent.set()
        peer.wait_until_closed()

    with Loopback(script) as server:
        assert ask(client, server) == b"ok"
        read.set()
        assert sent.wait(5)
        assert ask(client, server, POST) == b"ok"
        client.close()

    assert (server.connections, len(server.requests)) == (2, 2)


def test_surplus_bytes_are_not_waited_for(client: HttpClient) -> None:
    """The peer of the first response sends none, and its connection carries the second exchange."""
    with Loopback(answering_always(CHUNKED)) as server:
        assert [ask(client, server) for _ in range(2)] == [b"ok"] * 2
        client.close()

    assert (server.connections, len(server.requests)) == (1, 2)
