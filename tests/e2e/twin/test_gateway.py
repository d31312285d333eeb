"""The deployed thing, whole: template.yaml with its gateway function, layers and stand-ins, over real HTTP."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from boto3 import Session

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
LARGE = random.Random(1).randbytes(100_000)  # does not compress below the inline limit of 32 KB  # noqa: S311  (no secret)
CLIENTS = 100


class Origin:
    """Answers by path, and counts its requests."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, asked: HttpRequest) -> HttpResponse:
        path = asked.target.decode()
        self.asked.append(f"{asked.method} {path}")
        lasting = (b"cache-control", b"max-age=600")
        if path.startswith("/status/"):
            return HttpResponse(status=int(path.rpartition("/")[2]), headers=((b"x-raw", b"caf\xe9"),), body=b"odd")
        if path == "/large":
            return HttpResponse(status=200, headers=(lasting,), body=LARGE)
        return HttpResponse(status=200, headers=(lasting,), body=asked.method.encode())


@pytest.fixture(scope="module")
def origin() -> Origin:
    return Origin()


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the twin said."""
    return []


@pytest.fixture(scope="module")
def twin(origin: Origin, told: list[str]) -> Iterator[Twin]:
    listener = listen("127.0.0.1", 0)
    with HttpServer(listener, origin), Twin(template=TEMPLATE, origin=url_of(listener), report=told.append) as running:
        yield running


def ask(twin: Twin, method: bytes, path: bytes) -> tuple[int, list[bytes], str, bytes]:
    status, headers, body = split(converse(twin.url, request(method, path)))
    explained = next(line for line in headers if line.startswith(b"cache-status: "))
    return int(status.split()[1]), headers, explained.decode().removeprefix("cache-status: brine; "), body


def test_every_path_is_the_origin_s_also_those_that_the_template_gives_to_others(twin: Twin, origin: Origin) -> None:
    assert ask(twin, b"GET", b"/report")[0] == 200
    assert "GET /report" in origin.asked


@pytest.mark.parametrize("path", [b"/small", b"/large"])
def test_a_miss_then_a_hit_also_after_a_cold_start(twin: Twin, origin: Origin, path: bytes) -> None:
    status, _, explained, first = ask(twin, b"GET", path)
    assert (status, "fwd=uri-miss" in explained, "stored" in explained) == (200, True, True)
    _, _, explained, again = ask(twin, b"GET", path)
    assert (explained.startswith("hit"), again) == (True, first)
    twin.restart_functions()
    status, headers, explained, again = ask(twin, b"GET", path)
    assert (status, explained.startswith("hit"), again) == (200, True, first)
    assert any(line.startswith(b"age: ") for line in headers)
    assert origin.asked.count(f"GET {path.decode()}") == 1


def test_a_large_body_is_kept_in_the_bucket(twin: Twin) -> None:
    ask(twin, b"GET", b"/large")
    session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    objects = session.client("s3", endpoint_url=twin.aws_endpoint).list_objects_v2(Bucket=twin.resources["Bodies"])
    assert [stored["Size"] for stored in objects["Contents"]] == [len(LARGE)]


@pytest.mark.parametrize("status", [299, 499, 599, 999])
def test_unusual_statuses_and_field_bytes_come_through(twin: Twin, status: int) -> None:
    answered, headers, _, body = ask(twin, b"GET", f"/status/{status}".encode())
    assert (answered, body) == (status, b"odd")
    assert b"x-raw: caf\xe9" in headers


def test_a_hint_is_given_once_for_an_origin_without_lifetimes(twin: Twin, told: list[str]) -> None:
    for path in (b"/status/299", b"/status/298"):
        ask(twin, b"GET", path)
    [hint] = [line for line in told if "how long its responses are fresh" in line]
    assert "--freshness 60s" in hint


@pytest.mark.parametrize("method", [b"PUT", b"DELETE", b"BREW"])
def test_methods_come_through(twin: Twin, origin: Origin, method: bytes) -> None:
    assert ask(twin, method, b"/method")[3] == method
    assert f"{method.decode()} /method" in origin.asked


def test_a_hundred_clients_at_once(twin: Twin) -> None:
    statuses: list[int] = []

    def get(number: int) -> None:
        statuses.append(ask(twin, b"GET", b"/many/%d" % (number % 10))[0])

    clients = [threading.Thread(target=get, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert statuses == [200] * CLIENTS
