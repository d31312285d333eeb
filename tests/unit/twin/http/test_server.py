"""The server passes bytes through, keeps connections open, and limits the resources of a client."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from brine_cli.errors import PortTaken
from brine_cli.http import limits
from brine_cli.http.connection import Timeouts
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from tests.unit.twin.wire import connected, converse, read_to_end, request, split

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from brine_cli.http.messages import HttpRequest

    type Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[HttpServer] = []

    def start(answer: Callable[[HttpRequest], HttpResponse], **timeouts: float) -> str:
        listener = listen("127.0.0.1", 0)
        servers.append(HttpServer(listener, answer, Timeouts(**timeouts)).__enter__())
        return url_of(listener)

    yield start
    for server in servers:
        server.__exit__()


def echo(asked: HttpRequest) -> HttpResponse:
    headers = (*((b"echo-" + name, value) for name, value in asked.headers), (b"echo-target", asked.target))
    return HttpResponse(status=200, headers=headers, body=asked.method.encode() + b" " + asked.body)


def answering(status: int, *headers: tuple[bytes, bytes], body: bytes = b"") -> Callable[[HttpRequest], HttpResponse]:
    return lambda _: HttpResponse(status=status, headers=headers, body=body)


@pytest.mark.parametrize("method", [b"GET", b"PUT", b"DELETE", b"BREW", b"M-SEARCH", b"x"])
def test_any_method_reaches_the_answer(serve: Serve, method: bytes) -> None:
    status, _, body = split(converse(serve(echo), request(method, body=b"tea")))
    assert status == b"HTTP/1.1 200 OK"
    assert body == method + b" tea"


def test_header_bytes_pass_both_ways(serve: Serve) -> None:
    raw = bytes(range(0x80, 0x100)) + b"\x01\x7f\t|"
    _, headers, _ = split(converse(serve(echo), request(b"GET", b"/", b"x-raw: " + raw, b"x-raw: again")))
    assert [line for line in headers if line.startswith(b"echo-x-raw")] == [b"echo-x-raw: " + raw, b"echo-x-raw: again"]


@pytest.mark.parametrize("target", [b"/a%2fb%00?c=%zz&d", b"/a/../b//", b"/?", b'/{x}|^`"<>', b"http://example.org/x"])
def test_targets_are_not_touched(serve: Serve, target: bytes) -> None:
    _, headers, _ = split(converse(serve(echo), request(b"GET", target)))
    assert b"echo-target: " + target in headers


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (299, b"HTTP/1.1 299 "),
        (404, b"HTTP/1.1 404 Not Found"),
        (499, b"HTTP/1.1 499 "),
        (599, b"HTTP/1.1 599 "),
        (999, b"HTTP/1.1 999 "),
    ],
)
def test_unusual_statuses(serve: Serve, status: int, line: bytes) -> None:
    assert split(converse(serve(answering(status)), request()))[0] == line


def test_framing_is_the_servers_business(serve: Serve) -> None:
    url = serve(
        answering(
            200,
            (b"Content-Length", b"99"),
            (b"Transfer-Encoding", b"chunked"),
            (b"Connection", b"upgrade"),
            body=b"four",
        )
    )
    _, headers, body = split(converse(url, request()))
    names = [line.partition(b":")[0].lower() for line in headers]
    assert body == b"four"
    assert b"content-length: 4" in headers
    assert b"transfer-encoding" not in names
    assert b"Connection: upgrade" not in headers


def test_a_date_is_added_only_where_there_is_none(serve: Serve) -> None:
    given = b"Thu, 01 Jan 2026 00:00:00 GMT"
    with_date = split(converse(serve(answering(200, (b"Date", given))), request()))[1]
    without = split(converse(serve(answering(200)), request()))[1]
    assert [line for line in with_date if line.lower().startswith(b"date:")] == [b"Date: " + given]
    assert len([line for line in without if line.startswith(b"date:")]) == 1


@pytest.mark.parametrize(
    ("method", "status", "headers", "expected"),
    [
        (b"HEAD", 200, (), b"content-length: 4"),
        (b"HEAD", 200, ((b"content-length", b"1000"),), b"content-length: 1000"),
        (b"GET", 304, ((b"content-length", b"1000"),), b"content-length: 1000"),
        (b"GET", 304, (), None),
        (b"GET", 204, ((b"content-length", b"4"),), None),
    ],
)
def test_answers_without_a_body(
    serve: Serve, method: bytes, status: int, headers: tuple[tuple[bytes, bytes], ...], expected: bytes | None
) -> None:
    _, lines, body = split(converse(serve(answering(status, *headers, body=b"four")), request(method)))
    assert body == b""
    assert [line for line in lines if line.startswith(b"content-length")] == ([] if expected is None else [expected])


def test_a_head_without_any_length_says_none(serve: Serve) -> None:
    _, lines, body = split(converse(serve(answering(200)), request(b"HEAD")))
    assert body == b""
    assert not any(line.startswith(b"content-length") for line in lines)


def test_a_connection_is_kept_and_requests_may_be_pipelined(serve: Serve) -> None:
    kept = b"GET /first HTTP/1.1\r\nhost: test\r\n\r\nPUT /second HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\nhi"
    answered = converse(serve(echo), kept + request(b"GET", b"/third"))
    assert answered.count(b"HTTP/1.1 200 OK") == 3
    assert [answered.index(target) for target in (b"/first", b"/second", b"/third")] == sorted(
        answered.index(target) for target in (b"/first", b"/second", b"/third")
    )


def test_a_chunked_body(serve: Serve) -> None:
    sent = (
        request(b"POST", b"/", b"transfer-encoding: chunked") + b"4\r\nfour\r\n3;x=y\r\nfiv\r\n0\r\ntrailer: t\r\n\r\n"
    )
    assert split(converse(serve(echo), sent))[2] == b"POST fourfiv"


BOTH_FRAMINGS = b"POST /both HTTP/1.1\r\nhost: test\r\ncontent-length: %d\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("length", [0, 4, 14, 10_000])
@pytest.mark.parametrize("coding", [b"chunked", b"Chunked"])
def test_a_request_with_a_length_and_chunks_is_the_last_one_of_its_connection(
    serve: Serve, length: int, coding: bytes
) -> None:
    """An intermediary that believed the length may take the chunks for another request (RFC 9112 section 6.1)."""
    sent = (BOTH_FRAMINGS % length).replace(b"chunked", coding) + b"4\r\nfour\r\n0\r\n\r\n"
    answered = converse(serve(echo), sent + request(b"GET", b"/smuggled"))
    status, headers, body = split(answered)
    assert (status, body) == (b"HTTP/1.1 200 OK", b"POST four")
    assert b"connection: close" in [line.lower() for line in headers]
    assert b"/smuggled" not in answered


def test_a_client_that_waits_for_100_continue(serve: Serve) -> None:
    with connected(serve(echo)) as connection:
        connection.sendall(request(b"POST", b"/", b"expect: 100-continue", b"content-length: 4"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(b"four")
        assert split(read_to_end(connection))[2] == b"POST four"


def test_http_1_0(serve: Serve) -> None:
    status, headers, body = split(converse(serve(echo), b"GET / HTTP/1.0\r\n\r\n"))
    assert status == b"HTTP/1.1 200 OK"
    assert body == b"GET "
    assert b"connection: close" in [line.lower() for line in headers]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: test\r\nbad header\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
        b"POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\ntransfer-encoding: gzip\r\n\r\nfour",
    ],
)
def test_bytes_other_than_http_get_an_error_and_a_close(serve: Serve, sent: bytes) -> None:
    status, _, body = split(converse(serve(echo), sent))
    assert status.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501"))
    assert body == b'{"message":"Bad Request"}'


def test_a_declared_body_above_the_limit_is_refused_unread(serve: Serve) -> None:
    size = limits.REQUEST_BODY_BYTES + 1
    status, headers, body = split(converse(serve(echo), request(b"POST", b"/", b"content-length: %d" % size)))
    assert b" 413 " in status
    assert b"connection: close" in [line.lower() for line in headers]
    assert b"request body: 10,485,761 bytes, API Gateway takes 10,485,760" in body


def test_a_chunked_body_above_the_limit_is_refused_when_it_gets_there(serve: Serve) -> None:
    chunk = b"%x\r\n" % (1 << 20) + b"x" * (1 << 20) + b"\r\n"
    status, _, body = split(converse(serve(echo), request(b"POST", b"/", b"transfer-encoding: chunked") + chunk * 11))
    assert b" 413 " in status
    assert b"more than 10,485,760 bytes" in body


def test_a_body_at_the_limit_passes(serve: Serve) -> None:
    body = b"x" * limits.REQUEST_BODY_BYTES
    assert split(converse(serve(echo), request(b"POST", body=body)))[2] == b"POST " + body


@pytest.mark.parametrize(("extra", "status"), [(0, b" 200 "), (1, b" 431 ")])
def test_request_line_and_header_values_have_a_limit(serve: Serve, extra: int, status: bytes) -> None:
    url = serve(echo)
    others = len(b"GET / HTTP/1.1") + len(urlsplit(url).netloc) + len(b"close")
    sent = request(b"GET", b"/", b"x: " + b"v" * (limits.HEADER_BYTES - others + extra))
    assert status in split(converse(url, sent))[0]


def test_the_connection_of_a_silent_client_is_closed(serve: Serve) -> None:
    with connected(serve(echo, idle=0.05)) as connection:
        assert connection.recv(1) == b""


def test_a_client_that_does_not_finish_its_body_is_hung_up_on(serve: Serve) -> None:
    assert converse(serve(echo, request=0.05), request(b"POST", b"/", b"content-length: 4") + b"fo") == b""


def test_a_hundred_slow_requests_run_in_parallel(serve: Serve) -> None:
    everybody = threading.Barrier(100)

    def wait_for_everybody(_: HttpRequest) -> HttpResponse:
        everybody.wait(timeout=20)
        return HttpResponse(status=200)

    url = serve(wait_for_everybody)
    answers: list[bytes] = []
    clients = [threading.Thread(target=lambda: answers.append(converse(url, request()))) for _ in range(100)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert [split(answer)[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * 100


def test_stopping_hangs_up_on_kept_connections() -> None:
    listener = listen("127.0.0.1", 0)
    with HttpServer(listener, echo), connected(url_of(listener)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        kept = connection.dup()
    with kept:
        assert kept.recv(1) == b""


def test_a_taken_port_is_said_clearly() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"cannot listen on 127\.0\.0\.1:{port}: Address already in use"):
            listen("127.0.0.1", port)


def test_a_streamed_body_arrives_part_by_part(serve: Serve) -> None:
    parts: SimpleQueue[bytes | None] = SimpleQueue()

    def stream() -> Generator[bytes]:
        while (part := parts.get()) is not None:
            yield part

    url = serve(lambda _: HttpResponse(status=200, headers=((b"content-type", b"text/event-stream"),), stream=stream()))
    with connected(url) as connection:
        connection.sendall(request(b"GET"))
        for part in (b"one", b"two"):
            parts.put(part)
            received = b""
            while part not in received:  # it comes before the server has the next part
                received += connection.recv(65536)
        parts.put(None)
        assert read_to_end(connection).endswith(b"0\r\n\r\n")


def test_the_stream_of_a_client_that_leaves_is_closed(serve: Serve) -> None:
    closed = threading.Event()

    def stream() -> Generator[bytes]:
        try:
            while True:
                yield b"x" * 65536
        finally:
            closed.set()

    with connected(serve(lambda _: HttpResponse(status=200, stream=stream()))) as connection:
        connection.sendall(request(b"GET"))
        assert connection.recv(1)
    assert closed.wait(30)


def test_a_head_has_no_stream(serve: Serve) -> None:
    answered = serve(lambda _: HttpResponse(status=200, stream=iter_of(b"never")))
    _, headers, body = split(converse(answered, request(b"HEAD")))
    assert body == b""
    assert not any(line.lower().startswith(b"content-length") for line in headers)


def iter_of(*parts: bytes) -> Generator[bytes]:
    """A stream of these parts."""
    yield from parts


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 11_000 + b"\r\n\r\n", ("GET", 431, "header too large")),
        (b"PUT /x HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n", ("PUT", 413, "body too large")),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", ("-", 400, "malformed: illegal header line")),
    ],
)
def test_what_the_server_refuses_itself_is_told(sent: bytes, told: tuple[str, int, str]) -> None:
    refused: list[tuple[str, int, str]] = []
    listener = listen("127.0.0.1", 0)
    url = url_of(listener)
    with HttpServer(
        listener, echo, refused=lambda asked, answer, why: refused.append((asked.method, answer.status, why))
    ):
        with connected(url) as connection:
            connection.sendall(sent)
            assert connection.recv(65536)
        assert refused == [told]
