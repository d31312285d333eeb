from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1 import HttpClient, NoResponse, TimedOut
from tests.support.loopback import Loopback, answering, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from tests.support.loopback import Peer
from tests.unit.adapters.http1.asking import LIMITS, OK, POST, ask


def test_exchanges_share_a_kept_connection(client: HttpClient) -> None:
    with Loopback(answering_always(OK)) as server:
        assert [ask(client, server) for _ in range(3)] == [b"ok"] * 3
        client.close()

    assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nok",
    ],
    ids=["close", "1.0", "1.0 until close", "1.1 until close"],
)
def test_a_connection_that_ends_with_the_answer_is_not_kept(client: HttpClient, answer: bytes) -> None:
    with Loopback(answering_once_and_closing(answer)) as server:
        assert [ask(client, server) for _ in range(2)] == [b"ok"] * 2

    assert server.connections == 2


def test_a_connection_that_its_peer_closed_while_idle_is_not_used(client: HttpClient) -> None:
    closed = threading.Event()

    def script(peer: Peer) -> None:
        answering_once_and_closing(OK)(peer)
        peer.reset()
        closed.set()

    with Loopback(script) as server:
        ask(client, server)
        assert closed.wait(5)
        assert ask(client, server, POST) == b"ok"
        client.close()

    assert server.connections == 2


def closing_on_the_second_request(peer: Peer) -> None:
    peer.read_request()
    peer.send(OK)
    if peer.number == 0:
        peer.read_request()
    else:
        peer.wait_until_closed()


def test_a_repeatable_request_that_met_the_end_of_a_kept_connection_is_sent_once_more(client: HttpClient) -> None:
    with Loopback(closing_on_the_second_request) as server:
        assert [ask(client, server) for _ in range(2)] == [b"ok"] * 2
        client.close()

    assert (server.connections, len(server.requests)) == (2, 3)


def test_any_other_request_is_never_sent_twice(client: HttpClient) -> None:
    with Loopback(closing_on_the_second_request) as server:
        ask(client, server)
        with pytest.raises(NoResponse):
            ask(client, server, POST)
        client.close()

    assert (server.connections, len(server.requests)) == (1, 2)


def test_a_request_over_a_new_connection_is_not_repeated(client: HttpClient) -> None:
    with Loopback(lambda peer: peer.read_request()) as server, pytest.raises(NoResponse):
        ask(client, server)

    assert len(server.requests) == 1


def test_an_answer_that_broke_off_is_not_asked_for_again(client: HttpClient) -> None:
    with Loopback(answering(OK, OK[:-1])) as server:
        ask(client, server)
        with pytest.raises(TimedOut):
            ask(client, server, limits=replace(LIMITS, read_timeout=0.05))

    assert len(server.requests) == 2


def test_a_connection_idle_for_too_long_is_not_used() -> None:
    times = [0.0]
    with HttpClient(idle_limit=10.0, clock=lambda: times[0]) as client, Loopback(answering_always(OK)) as server:
        ask(client, server)
        times[0] = 9.0
        ask(client, server)
        assert server.connections == 1
        times[0] = 19.0
        ask(client, server)
        client.close()

    assert server.connections == 2


def test_threads_share_a_client_and_no_more_connections_stay_than_allowed() -> None:
    together = threading.Barrier(8, timeout=5)

    def script(peer: Peer) -> None:
        while peer.read_request():
            if len(server.requests) <= 8:
                together.wait()
            peer.send(OK)

    with HttpClient(max_idle=3) as client, Loopback(script) as server, ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: ask(client, server), range(8))) == [b"ok"] * 8
        assert server.connections == 8
        for _ in range(8):
            ask(client, server)
        assert server.connections == 8
        client.close()


def test_connections_in_use_when_the_client_is_closed_end_with_their_exchange() -> None:
    client = HttpClient()
    seen: list[bool] = []

    def script(peer: Peer) -> None:
        peer.read_request()
        client.close()
        peer.send(OK)
        seen.append(peer.wait_until_closed())

    with Loopback(script) as server:
        assert ask(client, server) == b"ok"

    assert seen == [True]
