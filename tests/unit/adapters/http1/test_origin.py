from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1.origin import HttpOrigin
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.errors import BadRequest, OriginMalformed, OriginTimeout, OriginTooLarge, OriginUnreachable
from brine.ports.deadline import Deadline
from tests.support.loopback import Loopback, answering, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.http1 import HttpClient
    from brine.domain.http.messages import Response
    from tests.support.loopback import Peer

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GET = Request(method="GET", path="/")


def fetch(
    client: HttpClient, script: Callable[[Peer], object], request: Request = GET, *, max_body: int = 1000
) -> Response:
    with Loopback(script) as server:
        try:
            origin = HttpOrigin(client, max_body=max_body, read_timeout=2.0)
            return origin.fetch(server.address, request, Deadline(time.monotonic() + 5, time.monotonic))
        finally:
            client.close()


def sent(client: HttpClient, request: Request) -> bytes:
    """The bytes that are sent for a request."""
    with Loopback(answering_always(HEAD + b"Content-Length: 0\r\n\r\n")) as server:
        HttpOrigin(client, max_body=0).fetch(server.address, request, Deadline(5.0, lambda: 0.0))
        client.close()
        return server.requests[0].replace(str(server.address.port).encode(), b"PORT")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (HEAD + b"Content-Length: 5\r\n\r\nhello", b"hello"),
        (HEAD + b"\r\nhello", b"hello"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200\nContent-Length: 5\n\nhello", b"hello"),
        (CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", b"hello"),
        (CHUNKED + b"5;name=value;x\r\nhello\r\n00\r\nTrailer: x\r\nOther: y\r\n\r\n", b"hello"),
        (CHUNKED + b"000A \r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (CHUNKED + b"0\r\n\r\n", b""),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", b"\x1f\x8b\x08"),
        (HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000, b"x" * 1000),
    ],
)
def test_a_whole_answer_is_taken(client: HttpClient, answer: bytes, body: bytes) -> None:
    assert fetch(client, answering_once_and_closing(answer)).body == body


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n" + HEAD + b"\r\n",
        b"HTTP/1.1",
        HEAD,
        HEAD + b"Content-Length: 5\r\n",
        HEAD + b"Content-Length: 5\r\n\r\nhell",
        HEAD + b"Content-Length: 5\r\nContent-Length: 4\r\n\r\nhello",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 5\r\n no-fold-here\r\n\r\nhello",
        HEAD + b"A: b\rC: d\r\n\r\n",
        CHUNKED,
        CHUNKED + b"5\r\nhel",
        CHUNKED + b"5\r\nhello",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"5\r\nhello\r\n0\r\n",
        CHUNKED + b"5\r\nhello\r\n0\r\nTrailer: x\r\n",
        CHUNKED + b"5\r\nhello!\r\n0\r\n\r\n",
        CHUNKED + b"5\nhello\n0\n\n",
        CHUNKED + b"\r\n0\r\n\r\n",
        CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"1_0\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"5 hello\r\n0\r\n\r\n",
        CHUNKED + b"g\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"f" * 16 + b"\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    ],
)
def test_an_answer_that_is_broken_or_open_to_doubt_is_none(client: HttpClient, answer: bytes) -> None:
    with pytest.raises(OriginMalformed):
        fetch(client, answering_once_and_closing(answer))


def test_an_answer_cut_by_a_reset_is_malformed(client: HttpClient) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(HEAD + b"Content-Length: 5\r\n\r\nhe")
        peer.reset()

    with pytest.raises(OriginMalformed):
        fetch(client, script)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 1001\r\n\r\n",
        HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        CHUNKED + b"3e8\r\n" + b"x" * 1000 + b"\r\n1\r\n",
        CHUNKED + b"fffffffffffffff\r\n",
        HEAD + b"\r\n" + b"x" * 1001,
        HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
    ids=["counted", "beyond measure", "chunks", "one chunk", "until close", "head"],
)
def test_an_answer_larger_than_the_limit_is_refused_without_waiting_for_it(client: HttpClient, answer: bytes) -> None:
    with pytest.raises(OriginTooLarge):
        fetch(client, answering(answer))


def test_a_head_answer_may_be_larger_than_the_limit_says(client: HttpClient) -> None:
    answer = HEAD + b"Content-Length: 1001\r\n\r\n"
    response = fetch(client, answering_once_and_closing(answer), Request(method="HEAD", path="/"))

    assert (response.fields.get("content-length"), response.body) == ("1001", b"")


def test_a_folded_field_becomes_one_line(client: HttpClient) -> None:
    answer = HEAD + b"Cache-Control: max-age=60,\r\n\t public\r\nContent-Length: 0\r\n\r\n"

    assert fetch(client, answering_once_and_closing(answer)).fields.get("cache-control") == "max-age=60, public"


def test_a_silent_origin_is_a_time_out(client: HttpClient) -> None:
    with Loopback(lambda peer: peer.wait_until_closed()) as server, pytest.raises(OriginTimeout) as failure:
        HttpOrigin(client, max_body=10).fetch(server.address, GET, Deadline(time.monotonic() + 0.05, time.monotonic))

    assert re.fullmatch(r"timeout after [\d.]+ s", failure.value.cause or "")


def test_a_dead_origin_is_unreachable_at_once(client: HttpClient) -> None:
    with Loopback(answering()) as server:
        address = server.address
    began = time.monotonic()

    with pytest.raises(OriginUnreachable) as failure:
        HttpOrigin(client, max_body=10).fetch(address, GET, Deadline(time.monotonic() + 5, time.monotonic))

    assert failure.value.cause == "refused"
    assert time.monotonic() - began < 1


def test_the_request_goes_out_byte_for_byte(client: HttpClient) -> None:
    fields = Fields([("Accept", "*/*"), ("x-a", "\xe9"), ("x-a", "2"), ("x-empty", "")])
    request = Request(method="GET", path="/%2f//../%C3%a4", query="b=%20&a=+", fields=fields)

    assert sent(client, request) == (
        b"GET /%2f//../%C3%a4?b=%20&a=+ HTTP/1.1\r\nhost: 127.0.0.1:PORT\r\n"
        b"accept: */*\r\nx-a: \xe9\r\nx-a: 2\r\nx-empty: \r\n\r\n"
    )


def test_framing_is_the_gateways_own(client: HttpClient) -> None:
    fields = Fields([("content-length", "3"), ("transfer-encoding", "chunked"), ("a", "b")])
    request = Request(method="POST", path="/", fields=fields, body=b"four")

    assert sent(client, request) == b"POST / HTTP/1.1\r\nhost: 127.0.0.1:PORT\r\na: b\r\ncontent-length: 4\r\n\r\nfour"


def test_a_host_of_the_request_replaces_the_authority_of_the_origin(client: HttpClient) -> None:
    fields = Fields([("a", "b"), ("host", "public.test")])
    request = Request(method="GET", path="/", fields=fields)
    assert sent(client, request) == b"GET / HTTP/1.1\r\nhost: public.test\r\na: b\r\n\r\n"


@pytest.mark.parametrize(("method", "counted"), [("POST", True), ("PUT", True), ("PATCH", True), ("DELETE", False)])
def test_a_missing_body_is_counted_where_one_is_expected(client: HttpClient, method: str, counted: bool) -> None:
    assert (b"content-length: 0\r\n" in sent(client, Request(method=method, path="/"))) is counted


@pytest.mark.parametrize(
    "request_",
    [
        Request(method="GE T", path="/"),
        Request(method="", path="/"),
        Request(method="CONNECT", path="/"),
        Request(method="GET", path=""),
        Request(method="GET", path="/a b"),
        Request(method="GET", path="/", query="a\r\nX: y"),
        Request(method="GET", path="/\u0100"),
        Request(method="GET", path="/", fields=Fields([("a", "b\r\nc: d")])),
        Request(method="GET", path="/", fields=Fields([("a", "b\0")])),
        Request(method="GET", path="/", fields=Fields([("a", "\u0100")])),
        Request(method="GET", path="/", fields=Fields([("a b", "c")])),
        Request(method="GET", path="/", fields=Fields([("", "c")])),
        Request(method="GET", path="/", fields=Fields([("content-length", "3\r\nx: y")])),
    ],
)
def test_a_field_with_a_line_break_is_never_sent(client: HttpClient, request_: Request) -> None:
    with Loopback(answering(HEAD)) as server, pytest.raises(BadRequest) as caught:
        HttpOrigin(client, max_body=10).fetch(server.address, request_, Deadline(5.0, lambda: 0.0))

    assert server.connections == 0
    assert str(caught.value).endswith(("forwarded", "line"))  # the client's value is not repeated


def ending_the_first_connection_on_its_second_request(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"Content-Length: 0\r\n\r\n")
    if peer.number == 0:
        peer.read_request()
    else:
        peer.wait_until_closed()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])
def test_an_idempotent_request_that_met_the_end_of_a_kept_connection_is_repeated(
    client: HttpClient, method: str
) -> None:
    with Loopback(ending_the_first_connection_on_its_second_request) as server:
        origin = HttpOrigin(client, max_body=10)
        origin.fetch(server.address, GET, Deadline(5.0, lambda: 0.0))
        assert origin.fetch(server.address, Request(method=method, path="/"), Deadline(5.0, lambda: 0.0)).status == 200
        client.close()


@pytest.mark.parametrize("method", ["POST", "PATCH", "LOCK"])
def test_any_other_request_is_sent_once(client: HttpClient, method: str) -> None:
    with Loopback(ending_the_first_connection_on_its_second_request) as server:
        origin = HttpOrigin(client, max_body=10)
        origin.fetch(server.address, GET, Deadline(5.0, lambda: 0.0))
        with pytest.raises(OriginMalformed):
            origin.fetch(server.address, Request(method=method, path="/"), Deadline(5.0, lambda: 0.0))

    assert len(server.requests) == 2
