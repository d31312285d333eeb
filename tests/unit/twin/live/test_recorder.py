"""A record is made of what the twin measured and the gateway's log line, whichever comes first, and without it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine_cli.http.messages import HttpResponse
from brine_cli.live.recorder import FIRST_PATIENCE, Recorder
from tests.unit.twin.live.making import asked, log_line

if TYPE_CHECKING:
    from brine_cli.live.exchange import Exchange
    from brine_cli.live.record import RequestRecord

DONE = HttpResponse(status=200, body=b"hello")


class Clock:
    """Seconds that only a test moves."""

    def __init__(self) -> None:
        self.now = 10.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def published() -> list[RequestRecord]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(published: list[RequestRecord], clock: Clock) -> Recorder:
    return Recorder(published.append, clock=lambda: 1_000.0, monotonic=clock)


def invoked(recorder: Recorder, function: str = "GatewayFunction") -> Exchange:
    """An exchange whose request a function has got."""
    exchange = recorder.begin(asked(b"/x?a=1"))
    exchange.function = function
    return exchange


def test_the_line_usually_comes_before_the_answer(
    recorder: Recorder, clock: Clock, published: list[RequestRecord]
) -> None:
    exchange = invoked(recorder)
    assert recorder.take(log_line(exchange.id, route="api", layer="table", origin_milliseconds=120.5, retries=1))
    clock.now += 0.25
    recorder.end(exchange, DONE)
    (record,) = published
    assert (record.id, record.time, record.seconds, record.bytes) == (exchange.id, 1_000.0, 0.25, 5)
    assert (record.method, record.target, record.path) == ("GET", "/x?a=1", "/x")
    assert (record.route, record.result, record.layer, record.function) == ("api", "hit", "table", "GatewayFunction")
    assert (record.origin_seconds, record.retries) == (0.1205, 1)


def test_an_answer_without_a_route_has_none_in_its_record(recorder: Recorder, published: list[RequestRecord]) -> None:
    exchange = invoked(recorder)
    assert recorder.take(log_line(exchange.id, route="none", result="problem"))
    recorder.end(exchange, DONE)
    assert [record.route for record in published] == [None]


def test_a_late_line_completes_the_record(recorder: Recorder, published: list[RequestRecord]) -> None:
    exchange = invoked(recorder)
    recorder.end(exchange, DONE)
    assert published == []
    assert recorder.take(log_line(exchange.id, route="api"))
    assert [record.route for record in published] == ["api"]


def test_a_record_without_a_line_is_published_after_a_short_time() -> None:
    found: list[RequestRecord] = []
    told = threading.Event()

    def publish(record: RequestRecord) -> None:
        found.append(record)
        told.set()

    recorder = Recorder(publish)
    exchange = invoked(recorder, "PlainFunction")
    recorder.end(exchange, DONE)
    assert told.wait(30)
    assert (found[0].function, found[0].result, found[0].seconds < FIRST_PATIENCE) == ("PlainFunction", None, True)
    assert not recorder.take(log_line(exchange.id))  # too late: the log shows the line itself
    recorder.close()


def test_the_end_of_the_twin_publishes_all_that_still_wait(recorder: Recorder, published: list[RequestRecord]) -> None:
    recorder.end(invoked(recorder), DONE)
    late = invoked(recorder)
    recorder.close()
    assert len(published) == 1
    recorder.end(late, DONE)
    assert len(published) == 2


def test_an_answer_of_the_twin_itself_waits_for_no_line(recorder: Recorder, published: list[RequestRecord]) -> None:
    exchange = recorder.begin(asked(b"/none"))
    exchange.reason = "no route"
    exchange.notes.append("API Gateway has no route for this")
    recorder.end(exchange, HttpResponse(status=404))
    recorder.refused(asked(b"/big"), HttpResponse(status=413), "body too large")
    assert [(one.status, one.function, one.result, one.reason) for one in published] == [
        (404, None, None, "no route"),
        (413, None, None, "body too large"),
    ]
    assert published[0].notes == ("API Gateway has no route for this",)


def test_a_page_of_the_twin_has_no_record(recorder: Recorder, published: list[RequestRecord]) -> None:
    exchange = recorder.begin(asked(b"/_brine/stats"))
    exchange.is_page = True
    recorder.end(exchange, DONE)
    recorder.close()
    assert published == []


@pytest.mark.parametrize(
    "line",
    ["", "answered", '"answered"', '{"message": "answered"}', '{"message": "done", "x": "answered"}', '["answered"]'],
)
def test_other_output_is_not_taken(recorder: Recorder, line: str) -> None:
    assert not recorder.take(line)


def test_a_line_of_another_request_is_not_taken(recorder: Recorder) -> None:
    invoked(recorder)
    assert not recorder.take(log_line("another"))


def test_advice_is_added_before_a_record_is_published(published: list[RequestRecord]) -> None:
    recorder = Recorder(published.append, lambda _, record: replace(record, notes=("advice",)))
    exchange = invoked(recorder)
    recorder.take(log_line(exchange.id))
    recorder.end(exchange, DONE)
    assert published[0].notes == ("advice",)


def test_each_of_many_requests_at_once_has_one_record_with_its_own_line(published: list[RequestRecord]) -> None:
    lock = threading.Lock()

    def publish(record: RequestRecord) -> None:
        with lock:
            published.append(record)

    recorder = Recorder(publish)
    begun: list[Exchange] = []

    def ask(count: int) -> None:
        for _ in range(count):
            exchange = invoked(recorder)
            with lock:
                begun.append(exchange)
            taking = threading.Thread(target=recorder.take, args=(log_line(exchange.id, route=exchange.id),))
            taking.start()  # the pipe and the socket race
            recorder.end(exchange, DONE)
            taking.join()

    clients = [threading.Thread(target=ask, args=(100,)) for _ in range(6)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    recorder.close()
    assert sorted(record.id for record in published) == sorted(exchange.id for exchange in begun)
    assert all(record.route == record.id for record in published)
