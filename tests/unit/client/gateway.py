"""A scripted gateway for tests, and the requests that it gets."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from brine_client import Client, Credentials, Retries
from brine_codec import Codec, Keyring, Registry
from brine_codec.envelope.identity import envelope_id
from tests.support.codec.samples import Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.loopback import Loopback, Peer

NOW = 1_790_000_000.0
KEYRING = Keyring.from_json('{"1": "a secret of at least 32 characters"}')
ID = "6f617f84-8a70-448a-885f-7a43c250e5c1"
NONCE = b"0123456789abcdef"
MESSAGE = {
    "id": ID,
    "receipt": "r1",
    "sender": "user/shop",
    "sent_at": "2026-09-21T14:13:20Z",
    "expires_at": "2026-09-21T14:14:20Z",
    "attempt": 1,
}


def registry() -> Registry:
    """The registered classes of these tests."""
    known = Registry()
    known.register(Order, version=1)
    return known


def exchange_codec() -> Codec:
    """The codec of the exchange."""
    return Codec(KEYRING, purpose="brine exchange", registry=registry())


def client(server: Loopback, *, pauses: list[float] | None = None, **options: Any) -> Client:
    """A client of that server. Its pauses between retries take no time."""
    kept: list[float] = [] if pauses is None else pauses
    defaults: dict[str, Any] = {
        "keyring": KEYRING,
        "registry": registry(),
        "principal": "user/shop",
        "credentials": Credentials("shop", "test"),
        "region": "eu-west-1",
        "timeout": 2.0,
        "retries": Retries(sleep=kept.append, random=lambda: 1.0),
        "clock": lambda: NOW,
        "nonce": lambda: NONCE,
    }
    return Client(url_of(server), **{**defaults, **options})


def url_of(server: Loopback) -> str:
    """The URL of the server."""
    return str(server.address)


def answer(status: int, body: bytes = b"", *, media_type: str = "application/json", more: str = "") -> bytes:
    """A response as bytes."""
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {media_type}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def problem(status: int, name: str, detail: str = "because", *, more: str = "", **members: str) -> bytes:
    """A response with problem details."""
    told = {"type": f"urn:brine:problem:{name}", "title": "A title", "status": status, "detail": detail, **members}
    return answer(status, json.dumps(told).encode(), media_type="application/problem+json", more=more)


def id_of(envelope: bytes) -> str:
    """The id of the message in an envelope."""
    return envelope_id(sha256(envelope).digest())


def accepted(envelope: bytes) -> bytes:
    """The response to a message that was sent."""
    return answer(202, json.dumps({"id": id_of(envelope)}).encode())


def taking(*first: bytes) -> Callable[[Peer], None]:
    """A script that gives these responses in turn, and then accepts each message."""
    left = list(first)

    def script(peer: Peer) -> None:
        while request := peer.read_request():
            peer.send(left.pop(0) if left else accepted(body_of(request)))

    return script


def delivery(*messages: dict[str, Any], receiver: str = "user/shop") -> bytes:
    """A sealed response with messages."""
    sealed = exchange_codec().seal({"messages": list(messages)}, context=("delivery", "orders", receiver), now=NOW)
    return answer(200, sealed, media_type="application/vnd.brine.sealed")


def body_of(request: bytes) -> bytes:
    """The body of a request."""
    return request.partition(b"\r\n\r\n")[2]


def fields_of(request: bytes) -> dict[str, str]:
    """The fields of a request, with names in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
