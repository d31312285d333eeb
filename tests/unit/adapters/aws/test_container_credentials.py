"""Credentials that Lambda gives by an address, as with SnapStart."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from brine.adapters.aws.signing.container_credentials import RENEW_BEFORE, TRY_AGAIN_AFTER, ContainerCredentials
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1.client import HttpClient
from brine.adapters.http1.errors import ExchangeError
from brine.errors import ConfigError
from tests.support.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.loopback import Peer

START = 1_700_000_000.0
LIFETIME = 6 * 3600.0


@dataclass
class Issuer:
    """Gives credentials that are valid for six hours, and counts how often. status: of its answers."""

    now: float = START
    status: int = 200
    given: int = 0
    body: bytes | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, peer: Peer) -> None:
        if not peer.read_request():
            return
        with self.lock:
            self.given += 1
            members = {
                "AccessKeyId": f"AKID{self.given}",
                "SecretAccessKey": "hush",
                "Token": "session",
                "Expiration": datetime.fromtimestamp(self.now + LIFETIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            body = json.dumps(members).encode() if self.body is None else self.body
        head = f"HTTP/1.1 {self.status} X\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        peer.send(head.encode() + body)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def server(issuer: Issuer) -> Iterator[Loopback]:
    with Loopback(issuer.answer) as server:
        yield server


def source(server: Loopback, issuer: Issuer, **environment: str) -> ContainerCredentials:
    address = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.address}/2021-04-23/credentials"}
    return ContainerCredentials.from_environment(address | environment, HttpClient(), now=lambda: issuer.now)


def test_they_are_fetched_with_the_token_at_the_first_use(server: Loopback, issuer: Issuer) -> None:
    credentials = source(server, issuer, AWS_CONTAINER_AUTHORIZATION_TOKEN="pass")
    assert issuer.given == 0

    assert credentials() == credentials() == AwsCredentials("AKID1", "hush", "session")
    (request,) = server.requests
    assert request.startswith(b"GET /2021-04-23/credentials HTTP/1.1\r\n")
    assert b"\r\nauthorization: pass\r\n" in request


def test_a_token_in_a_file_is_read_each_time(server: Loopback, issuer: Issuer, tmp_path: Path) -> None:
    file = tmp_path / "token"
    credentials = source(server, issuer, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(file))
    for token in ("first", "second"):
        file.write_text(f"{token}\n")
        credentials()
        issuer.now += LIFETIME

    assert [b"\r\nauthorization: first\r\n" in one for one in server.requests] == [True, False]
    assert b"\r\nauthorization: second\r\n" in server.requests[1]


def test_new_ones_are_fetched_before_the_old_ones_end(server: Loopback, issuer: Issuer) -> None:
    credentials = source(server, issuer)
    credentials()
    issuer.now += LIFETIME - RENEW_BEFORE - 1
    assert credentials().access_key == "AKID1"
    issuer.now += 2
    assert credentials().access_key == "AKID2"


def test_the_old_ones_serve_until_their_end_if_no_new_ones_come(server: Loopback, issuer: Issuer) -> None:
    credentials = source(server, issuer)
    credentials()
    issuer.status = 500
    issuer.now += LIFETIME - RENEW_BEFORE
    assert credentials().access_key == credentials().access_key == "AKID1"
    assert len(server.requests) == 2, "and it does not ask again at once"

    issuer.now += TRY_AGAIN_AFTER
    assert credentials().access_key == "AKID1"
    assert len(server.requests) == 3
    issuer.now += RENEW_BEFORE
    with pytest.raises(ExchangeError, match="answered 500"):
        credentials()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c"}'])
def test_an_answer_without_credentials_shows_nothing_of_itself(server: Loopback, issuer: Issuer, body: bytes) -> None:
    issuer.body = body
    with pytest.raises(ExchangeError, match=r"answered without valid credentials$"):
        source(server, issuer)()


def test_many_threads_fetch_them_once(server: Loopback, issuer: Issuer) -> None:
    credentials = source(server, issuer)
    with ThreadPoolExecutor(20) as threads:
        found = set(threads.map(lambda _: credentials().access_key, range(200)))
    assert found == {"AKID1"}
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://credentials.test/", "plain http is for 127.0.0.1"),
        ("ftp://127.0.0.1/", "is no http or https URL"),
        ("http://[127.0.0.1/", "is no URL"),
        ("http:///credentials", "is no http or https URL"),
    ],
)
def test_credentials_come_from_no_stranger(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^AWS_CONTAINER_CREDENTIALS_FULL_URI .*{message}"):
        ContainerCredentials.from_environment({"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})


def test_a_token_with_a_line_break_is_not_sent(server: Loopback, issuer: Issuer) -> None:
    token = "pass\r\nx-evil: 1"
    with pytest.raises(ExchangeError, match="characters"):
        source(server, issuer, AWS_CONTAINER_AUTHORIZATION_TOKEN=token)()
    assert server.requests == []
