"""A reader in another process: live records, figures, and a twin that stops and starts again."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.errors import CommandError
from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.pages import Pages
from brine_cli.http.server import HttpServer
from brine_cli.live.client import twin_client
from brine_cli.live.client.twin_client import NotATwin, TwinClient, TwinNotRunning
from brine_cli.live.hub import Lost
from brine_cli.live.live import Live
from brine_cli.live.pages import MOST_READERS, events_page
from tests.unit.twin.live.making import asked, log_line, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_cli.http.messages import HttpRequest
    from brine_cli.live.record import RequestRecord


class Server:
    """A server with the pages of a twin."""

    def __init__(self, port: int = 0) -> None:
        self.live = Live()
        listener = listen("127.0.0.1", port)
        self.url = url_of(listener)
        self._server = HttpServer(listener, self._answer)
        self._server.__enter__()

    def publish(self, target: str) -> None:
        """A request comes and is answered."""
        exchange = self.live.recorder.begin(asked(target.encode()))
        exchange.function = "GatewayFunction"
        self.live.recorder.take(log_line(exchange.id, route="api"))
        self.live.recorder.end(exchange, HttpResponse(status=200))

    def stop(self) -> None:
        """The twin ends."""
        self.live.__exit__()
        self._server.__exit__()

    def _answer(self, request: HttpRequest) -> HttpResponse:
        page = Pages(self.live.pages()).find(request.target.partition(b"?")[0].decode())
        assert page is not None
        return page(request)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


def read(client: TwinClient, into: list[Any], **options: Any) -> threading.Thread:
    """A thread that reads records until they end."""
    thread = threading.Thread(target=lambda: into.extend(client.records(**options)))
    thread.start()
    return thread


def wait_for_reader(server: Server) -> None:
    while not server.live.hub._mailboxes:
        threading.Event().wait(0.01)


def first_record(client: TwinClient) -> object:
    """The first live record."""
    return next(client.records())


def test_a_reader_gets_the_recent_and_the_live_records(server: Server) -> None:
    server.publish("/1")
    server.publish("/2")
    got: list[RequestRecord | Lost] = []
    reading = read(TwinClient(lambda: server.url), got, recent=1)
    wait_for_reader(server)
    server.publish("/3")
    server.live.hub.close()
    reading.join(30)
    assert [one.target for one in got if not isinstance(one, Lost)] == ["/2", "/3"]


def test_a_reader_waits_for_the_twin_to_start_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin_client, "PAUSE", 0.01)
    told: list[str] = []
    records = TwinClient(lambda: server.url).records(recent=1, reconnects=told.append)
    server.publish("/1")
    first = next(records)
    server.stop()
    port = int(server.url.rpartition(":")[2])
    started: list[Server] = []

    def start() -> None:
        started.append(Server(port))
        wait_for_reader(started[0])
        started[0].publish("/2")

    threading.Timer(0.05, start).start()
    second = next(records)
    records.close()
    started[0].stop()
    assert not isinstance(first, Lost)
    assert not isinstance(second, Lost)
    assert (first.target, second.target) == ("/1", "/2")
    assert told == [f"the twin at {server.url} has stopped. Waiting for it to start again", "the twin is there again"]


def test_lost_records_are_counted() -> None:
    live = Live()
    with live.hub.subscribed():
        stream = events_page(live.hub)(asked(b"/_brine/events")).stream
        assert stream is not None
        assert next(stream) == b"retry: 1000\n\n"
        live.hub.publish(record("/0"))
        assert next(stream).startswith(b"data: {")
        for number in range(1_001):
            live.hub.publish(record(f"/{number}"))
        events = [next(stream) for _ in range(1_001)]
        assert events[-1] == b'event: lost\ndata: {"lost":1}\n\n'
        stream.close()


def test_a_silent_stream_says_that_it_is_there() -> None:
    live = Live()
    stream = events_page(live.hub, heartbeat=0.01)(asked(b"/_brine/events?recent=many")).stream
    assert stream is not None
    assert [next(stream), next(stream)] == [b"retry: 1000\n\n", b":\n\n"]
    live.hub.close()
    assert list(stream) == []


@pytest.mark.parametrize("page", ["/_brine/events", "/_brine/stats"])
def test_only_get_and_head_are_answered(server: Server, page: str) -> None:
    answer = server.live.pages()[page](asked(page.encode(), method="POST"))
    assert (answer.status, answer.stream) == (405, None)
    assert (b"allow", b"GET, HEAD") in answer.headers


def test_figures(server: Server) -> None:
    server.publish("/1")
    figures = TwinClient(lambda: server.url).stats()
    assert (figures["since_start"]["requests"], figures["hot_keys"][0]["target"]) == (1, "/1")


@pytest.mark.parametrize("call", [TwinClient.stats, first_record])
def test_without_a_twin_the_error_says_how_to_start_one(call: Callable[[TwinClient], object]) -> None:
    with listen("127.0.0.1", 0) as listener:
        url = url_of(listener)
    with pytest.raises(
        TwinNotRunning, match=f"^no twin answers at {url} .Connection refused.. Start one with `brine dev`"
    ):
        call(TwinClient(lambda: url))


@pytest.mark.parametrize("call", [TwinClient.stats, first_record])
@pytest.mark.parametrize("status", [404, 200])
def test_another_server_is_no_twin(status: int, call: Callable[[TwinClient], object]) -> None:
    answer = HttpResponse(status=status, headers=((b"content-type", b"text/html"),), body=b"<html>")
    listener = listen("127.0.0.1", 0)
    url = url_of(listener)
    with HttpServer(listener, lambda _: answer), pytest.raises(NotATwin, match="Give the right URL with --twin"):
        call(TwinClient(lambda: url))


def test_a_twin_has_a_limited_number_of_readers(server: Server) -> None:
    hub = server.live.hub
    with ExitStack() as readers:
        for _ in range(MOST_READERS):
            readers.enter_context(hub.subscribed())
        with pytest.raises(CommandError, match="has 100 readers of live requests already"):
            next(TwinClient(lambda: server.url).records())
    assert events_page(hub)(asked(b"/_brine/events")).status == 200
