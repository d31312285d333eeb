from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1 import BadAnswer, Client, ConnectFailed, Limits, Message, NoAnswer, TimedOut, TooLarge
from brine.domain.origin import OriginAddress
from brine.ports import Deadline
from tests.loopback import Loopback, answering, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from tests.loopback import Peer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LIMITS = Limits(connect_timeout=2.0, read_timeout=2.0, max_head=2000, max_body=100_000)
GET = Message(method="GET", head=b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", repeatable=True)
POST = Message(
    method="POST", head=b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n", body=b"1", repeatable=False
)


def soon(seconds: float = 5.0) -> Deadline:
    return Deadline(time.monotonic() + seconds, time.monotonic)


def ask(client: Client, server: Loopback, message: Message = GET, limits: Limits = LIMITS) -> bytes:
    return client.exchange(server.address, message, limits, soon()).body


def test_exchanges_share_a_kept_connection(client: Client) -> None:
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
def test_a_connection_that_ends_with_the_answer_is_not_kept(client: Client, answer: bytes) -> None:
    with Loopback(answering_once_and_closing(answer)) as server:
        assert [ask(client, server) for _ in range(2)] == [b"ok"] * 2

    assert server.connections == 2


def test_a_connection_that_its_peer_closed_while_idle_is_not_used(client: Client) -> None:
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


def test_a_repeatable_request_that_met_the_end_of_a_kept_connection_is_sent_once_more(client: Client) -> None:
    with Loopback(closing_on_the_second_request) as server:
        assert [ask(client, server) for _ in range(2)] == [b"ok"] * 2
        client.close()

    assert (server.connections, len(server.requests)) == (2, 3)


def test_any_other_request_is_never_sent_twice(client: Client) -> None:
    with Loopback(closing_on_the_second_request) as server:
        ask(client, server)
        with pytest.raises(NoAnswer):
            ask(client, server, POST)
        client.close()

    assert (server.connections, len(server.requests)) == (1, 2)


def test_a_request_over_a_new_connection_is_not_repeated(client: Client) -> None:
    with Loopback(lambda peer: peer.read_request()) as server, pytest.raises(NoAnswer):
        ask(client, server)

    assert len(server.requests) == 1


def test_an_answer_that_broke_off_is_not_asked_for_again(client: Client) -> None:
    with Loopback(answering(OK, OK[:-1])) as server:
        ask(client, server)
        with pytest.raises(TimedOut):
            ask(client, server, limits=replace(LIMITS, read_timeout=0.05))

    assert len(server.requests) == 2


def test_a_connection_idle_for_too_long_is_not_used() -> None:
    times = [0.0]
    with Client(idle_limit=10.0, clock=lambda: times[0]) as client, Loopback(answering_always(OK)) as server:
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

    with Client(max_idle=3) as client, Loopback(script) as server, ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: ask(client, server), range(8))) == [b"ok"] * 8
        assert server.connections == 8
        for _ in range(8):
            ask(client, server)
        assert server.connections == 8
        client.close()


def test_connections_in_use_when_the_client_is_closed_end_with_their_exchange() -> None:
    client = Client()
    seen: list[bool] = []

    def script(peer: Peer) -> None:
        peer.read_request()
        client.close()
        peer.send(OK)
        seen.append(peer.wait_until_closed())

    with Loopback(script) as server:
        assert ask(client, server) == b"ok"

    assert seen == [True]


def test_interim_answers_are_skipped(client: Client) -> None:
    hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with Loopback(answering_always(hints + OK)) as server:
        answer = client.exchange(server.address, GET, LIMITS, soon())
        client.close()

    assert (answer.status, answer.lines, answer.body) == (200, (("content-length", "2"),), b"ok")


def test_an_answer_that_comes_before_the_request_was_read_counts(client: Client) -> None:
    early = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    large = replace(POST, body=b"x" * 100, head=b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n")

    def script(peer: Peer) -> None:
        peer.send(early)
        peer.wait_until_closed()

    with Loopback(script) as server:
        assert client.exchange(server.address, large, LIMITS, soon()).status == 413


def test_a_large_request_arrives_whole(client: Client) -> None:
    body = bytes(range(256)) * 4000
    head = f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with Loopback(answering_always(OK)) as server:
        ask(client, server, replace(POST, head=head, body=body))
        client.close()

    assert server.requests == [head + body]


def test_a_peer_that_stops_reading_does_not_hold_the_request_forever(client: Client) -> None:
    done = threading.Event()
    message = replace(POST, body=bytes(50_000_000))
    with Loopback(lambda _: done.wait(5)) as server:
        with pytest.raises(TimedOut):
            ask(client, server, message, replace(LIMITS, read_timeout=0.05))
        done.set()


def test_a_silent_peer_runs_into_the_read_time_out(client: Client) -> None:
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
def test_a_drip_does_not_outlive_the_deadline(client: Client, beginning: bytes) -> None:
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


def test_a_head_larger_than_allowed_is_refused(client: Client) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 400 + b"Content-Length: 0\r\n\r\n"
    with Loopback(answering_once_and_closing(head)) as server, pytest.raises(TooLarge):
        ask(client, server)


def test_a_head_without_end_is_refused(client: Client) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        while True:
            peer.send(b"X-Field: " + b"y" * 1000 + b"\r\n")

    with Loopback(script) as server, pytest.raises((TooLarge, BadAnswer)) as caught:
        ask(client, server)

    assert caught.type is TooLarge


def test_every_address_of_a_name_is_tried(client: Client) -> None:
    with Loopback(answering_always(OK)) as server:
        address = replace(server.address, host="localhost")
        assert client.exchange(address, GET, LIMITS, soon()).body == b"ok"
        client.close()


def test_nobody_listens() -> None:
    with Loopback(answering_always(OK)) as server:
        address = server.address
    with Client() as client, pytest.raises(ConnectFailed):
        client.exchange(address, GET, LIMITS, soon())


def test_a_host_without_address() -> None:
    address = OriginAddress(scheme="http", host="a" * 64 + ".invalid", port=80)
    with Client() as client, pytest.raises(ConnectFailed):
        client.exchange(address, GET, LIMITS, soon())
