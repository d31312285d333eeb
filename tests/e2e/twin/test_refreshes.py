"""Stale-while-revalidate, deployed: the gateway answers stale, the queue and the refresher do the rest."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from boto3 import Session

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_cli.http.messages import HttpRequest

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
PATIENCE = 20.0
CLIENTS = 30
IDLE = {"waiting": 0, "in hand": 0}


class Origin:
    """Counts by path. The first response is fresh for a second, stale for a minute; later ones stay fresh for long.

    `/slow...` is answered again only once `may_answer` is set; `/broken` works only once.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, asked: HttpRequest) -> HttpResponse:
        path = asked.target.decode()
        with self._lock:
            self.asked.append(path)
            count = self.count(path)
        if path == "/broken" and count > 1:
            return HttpResponse(status=503, headers=(), body=b"")
        if path.startswith("/slow") and count > 1:
            self.may_answer.wait(PATIENCE)
        lifetime = b"max-age=1, stale-while-revalidate=60" if count == 1 else b"max-age=600"
        return HttpResponse(status=200, headers=((b"cache-control", lifetime),), body=b"%d" % count)

    def count(self, path: str) -> int:
        return self.asked.count(path)


@pytest.fixture(scope="module")
def origin() -> Origin:
    return Origin()


@pytest.fixture(scope="module")
def console() -> list[str]:
    return []


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The functions' output."""
    return []


@pytest.fixture(scope="module", params=[0, 2], ids=["threads", "processes"])
def twin(request: pytest.FixtureRequest, origin: Origin, console: list[str], lines: list[str]) -> Iterator[Twin]:
    listener = listen("127.0.0.1", 0)
    origin.asked.clear()
    with (
        HttpServer(listener, origin),
        Twin(
            template=TEMPLATE,
            origin=url_of(listener),
            route_keys={"forward_headers": ["cookie"]},
            environments=request.param,
            report=console.append,
            show=lines.append,
        ) as running,
    ):
        yield running


def ask(twin: Twin, path: str, *headers: bytes) -> tuple[str, bytes]:
    """The value of Cache-Status, and the body."""
    status, lines, body = split(converse(twin.url, request(b"GET", path.encode(), *headers)))
    assert b" 200 " in status
    explained = next(line for line in lines if line.startswith(b"cache-status: "))
    return explained.decode().removeprefix("cache-status: brine; "), body


def until[T](make: Callable[[], T], is_right: Callable[[T], bool]) -> T:
    """The first thing made that is right."""
    deadline = time.monotonic() + PATIENCE
    while not is_right(made := make()):
        assert time.monotonic() < deadline, made
        time.sleep(0.05)  # real time must pass: the queue and the clock are real
    return made


def stale(explained: tuple[str, bytes]) -> bool:
    return explained[0].startswith("hit; ttl=-")


def fresh(explained: tuple[str, bytes]) -> bool:
    return explained[0].startswith("hit; ttl=") and not stale(explained)


def sqs(twin: Twin) -> Any:
    session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return session.client("sqs", endpoint_url=twin.aws_endpoint)


def queue(twin: Twin, name: str = "RefreshQueue") -> dict[str, int]:
    """How many refreshes wait, and how many a function has in hand."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = twin.resources[name]
    found = sqs(twin).get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return {"waiting": int(found[names[0]]), "in hand": int(found[names[1]])}


def test_stale_at_once_then_one_refresh_then_fresh(twin: Twin, origin: Origin) -> None:
    path = "/slow/one"
    origin.may_answer.clear()
    explained, body = ask(twin, path)
    assert ("fwd=uri-miss" in explained, body) == (True, b"1")
    _, body = until(lambda: ask(twin, path), stale)  # though the origin keeps the refresher waiting
    assert body == b"1"
    until(lambda: origin.count(path), lambda count: count == 2)
    assert stale(ask(twin, path))
    origin.may_answer.set()
    _, body = until(lambda: ask(twin, path), fresh)
    assert body == b"2"
    assert origin.count(path) == 2
    until(lambda: queue(twin), lambda messages: messages == IDLE)


def test_many_stale_hits_make_one_refresh(twin: Twin, origin: Origin) -> None:
    path = "/slow/many"
    origin.may_answer.clear()
    ask(twin, path)
    until(lambda: ask(twin, path), stale)
    bodies: list[bytes] = []
    clients = [threading.Thread(target=lambda: bodies.append(ask(twin, path)[1])) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert bodies == [b"1"] * CLIENTS
    origin.may_answer.set()
    until(lambda: ask(twin, path), fresh)
    until(lambda: queue(twin), lambda messages: messages == IDLE)
    assert origin.count(path) == 2


def test_with_a_cookie_the_origin_is_asked_at_once(twin: Twin, origin: Origin) -> None:
    path = "/cookie"
    ask(twin, path)
    until(lambda: ask(twin, path, b"cookie: a=b"), lambda explained: "fwd=stale" in explained[0])
    assert origin.count(path) == 2
    assert fresh(ask(twin, path))


def records(lines: list[str], **members: str) -> list[dict[str, Any]]:
    """The log records that have these members."""
    found: list[dict[str, Any]] = [json.loads(line) for line in lines if line.startswith("{")]
    return [record for record in found if members.items() <= record.items()]


def test_a_message_that_cannot_be_read_is_dropped_and_counted(twin: Twin, lines: list[str]) -> None:
    before = len(lines)
    sqs(twin).send_message(QueueUrl=twin.resources["RefreshQueue"], MessageBody='{"version": 1, "route": "hush"}')
    until(lambda: records(lines[before:], service="refresher", outcome="malformed"), bool)
    until(lambda: [record for record in records(lines[before:]) if "RefreshMalformed" in record], bool)
    until(lambda: queue(twin), lambda messages: messages == IDLE)
    assert not [line for line in lines if "hush" in line]


def test_a_refresh_that_fails_comes_again_and_the_stale_answer_stays(twin: Twin, origin: Origin) -> None:
    path = "/broken"
    ask(twin, path)
    until(lambda: ask(twin, path), stale)
    until(lambda: origin.count(path), lambda count: count >= 2)  # each gateway process asks for one
    assert stale(ask(twin, path))
    # Reported as failed, so it is not deleted: hidden until the visibility timeout is over.
    until(lambda: queue(twin), lambda messages: messages["waiting"] == 0)
    assert queue(twin)["in hand"] >= 1


def test_nothing_was_reported_as_wrong(twin: Twin, console: list[str]) -> None:
    assert console == []
