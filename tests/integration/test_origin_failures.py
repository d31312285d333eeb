"""An origin that fails, over real sockets, before a gateway as bootstrap builds it: retries, circuit, calls to AWS."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.bootstrap.gateway import build_gateway
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from brine.service.origins.origin_client import OriginClient
from tests.integration.counting import CountingClient
from tests.integration.test_aws_calls import KEYS
from tests.support.loopback import Loopback, answering_once_and_closing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Answer
    from tests.support.emulators.aws import Emulator
    from tests.support.loopback import Peer

ROUTES = """
[[route]]
name = "o"
prefix = "/o"
origin = "${ORIGIN}"
retries = 2
circuit_breaker = { least_requests = 6, open_for = "30s" }
"""
OK = b"HTTP/1.1 200 OK\r\ncache-control: max-age=600\r\ncontent-length: 4\r\nconnection: close\r\n\r\nwell"
BUSY = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwe"
MISS = ["BatchGetItem", "UpdateItem", "TransactWriteItems"]
FAILED = ["BatchGetItem", "UpdateItem", "UpdateItem"]  # the lease is given back


@pytest.fixture
def client() -> Iterator[CountingClient]:
    with CountingClient() as client:
        yield client


@pytest.fixture
def environment(emulator: Emulator, tmp_path: Path) -> dict[str, str]:
    name = f"failures-{uuid4().hex[:8]}"
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES)
    return {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS": KEYS,
        "BRINE_ROUTES": str(routes),
    }


class Process:
    """A gateway with a clock of its own, on which pauses take their time at once."""

    def __init__(self, environment: dict[str, str], client: CountingClient, clock: list[float]) -> None:
        gateway = build_gateway(environment, client, clock=lambda: clock[0], sleep=self.sleep)
        client_of_origins = gateway.fetcher.origins
        assert isinstance(client_of_origins, OriginClient)
        origins = replace(client_of_origins, random=lambda: 1.0)
        self.gateway: Gateway = replace(gateway, fetcher=replace(gateway.fetcher, origins=origins))
        self.clock = clock
        self.paths = count()

    def sleep(self, seconds: float) -> None:
        self.clock[0] += seconds

    def ask(self, method: str = "GET") -> Answer:
        """The answer to a request for a new path."""
        request = Request(method=method, path=f"/o/{id(self)}-{next(self.paths)}")
        return self.gateway.serve(request, Deadline(time.monotonic() + 20, time.monotonic))


def in_turn(*answers: bytes | None) -> Callable[[Peer], None]:
    """A script that answers each connection with the next of these; None resets it. The last one stays."""

    def script(peer: Peer) -> None:
        answer = answers[min(peer.number, len(answers) - 1)]
        if answer is None:
            peer.reset()
        else:
            answering_once_and_closing(answer)(peer)

    return script


@pytest.mark.parametrize("failures", [[BUSY], [CUT], [None], [BUSY, CUT], [None, BUSY], [CUT, None]])
def test_an_origin_that_fails_once_or_twice_is_asked_again(
    environment: dict[str, str], client: CountingClient, failures: list[bytes | None]
) -> None:
    with Loopback(in_turn(*failures, OK)) as origin:
        process = Process(environment | {"ORIGIN": str(origin.address)}, client, [time.time()])
        answer = process.ask()
        assert (answer.response.body, answer.stored, answer.retries) == (b"well", True, len(failures))
        assert (origin.connections, answer.faults) == (len(failures) + 1, ())
        # Before it asks an origin again that it saw fail, a process reads its circuit, once in two seconds.
        assert client.taken() == ["BatchGetItem", "UpdateItem", "GetItem", "TransactWriteItems"]
        process.ask()
        assert client.taken() == MISS


@pytest.mark.parametrize("failure", [BUSY, CUT, None])
def test_a_post_is_sent_once(environment: dict[str, str], client: CountingClient, failure: bytes | None) -> None:
    with Loopback(in_turn(failure, OK)) as origin:
        process = Process(environment | {"ORIGIN": str(origin.address)}, client, [time.time()])
        assert process.ask("POST").response.status in {502, 503}
        assert origin.connections == 1


def test_calls_around_an_open_circuit(environment: dict[str, str], client: CountingClient) -> None:
    clock = [time.time()]
    with Loopback(in_turn(*[BUSY] * 6, OK)) as origin:
        environment["ORIGIN"] = str(origin.address)
        first, second = (Process(environment, client, clock) for _ in range(2))
        assert [first.ask("POST").response.status for _ in range(2)] == [503, 503]
        assert client.taken() == ["GetItem"]
        assert (first.ask().response.status, origin.connections) == (503, 5)  # of the third URL, with two retries
        assert client.taken() == ["BatchGetItem", "UpdateItem", "PutItem", "UpdateItem"]

        assert first.ask().problem == "origin-circuit-open"
        assert client.taken() == FAILED
        assert (second.ask().response.status, origin.connections) == (503, 6)  # has heard of it before a retry
        assert client.taken() == ["BatchGetItem", "UpdateItem", "GetItem", "UpdateItem"]
        assert second.ask("POST").problem == "origin-circuit-open"
        assert client.taken() == []

        clock[0] += 31
        answer = second.ask()
        assert (answer.result, answer.stored, origin.connections) == ("miss", True, 7)
        assert client.taken() == [*MISS[:2], "GetItem", "UpdateItem", *["UpdateItem"] * 2, MISS[2]]
        assert first.ask().result == "miss"  # the first of two probes: a claim, and a success
        assert client.taken() == [*MISS[:2], "GetItem", "UpdateItem", "UpdateItem", MISS[2]]
        for process in (second, first, second, first):
            assert process.ask().result == "miss"
        assert client.taken().count("DeleteItem") == 0
        assert first.ask().result == "miss"  # the last of four probes
        assert client.taken() == [*MISS[:2], "UpdateItem", "UpdateItem", "DeleteItem", MISS[2]]
        clock[0] += 10
        assert second.ask().result == "miss"  # learns that the circuit is closed
        client.taken()
        clock[0] += 10
        for process in (first, second):
            assert process.ask().result == "miss"
            assert client.taken() == MISS
