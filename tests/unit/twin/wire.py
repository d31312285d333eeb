"""An HTTP/1.1 client that sends and shows raw bytes, for requests that other clients would not send."""

from __future__ import annotations

import http.client
import socket
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 20
_SOME_HOST = b"\r\nhost: some\r\n"


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A connection to the server at `url`."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=SECONDS) as connection:
        yield connection


def converse(url: str, request: bytes) -> bytes:
    """All bytes that the server sends for `request` until it closes. `request()` leaves the Host to this function."""
    with connected(url) as connection:
        connection.sendall(request.replace(_SOME_HOST, b"\r\nhost: %s\r\n" % urlsplit(url).netloc.encode(), 1))
        return read_to_end(connection)


def read_to_end(connection: socket.socket) -> bytes:
    """All bytes until the server closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def request(method: bytes = b"GET", target: bytes = b"/", *headers: bytes, body: bytes = b"") -> bytes:
    """A request that is the last one of its connection."""
    lines = [b"%s %s HTTP/1.1" % (method, target), b"host: some", b"connection: close", *headers]
    if body:
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


def fetch(url: str, method: str = "GET", body: str | None = None) -> tuple[int, bytes]:
    """Status and body, by an ordinary client. A body is sent as plain text."""
    parts = urlsplit(url)
    client = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=SECONDS)
    with closing(client):
        client.request(method, parts.path, body, {"content-type": "text/plain"})
        response = client.getresponse()
        return response.status, response.read()


def split(response: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Status line, header lines and body."""
    head, _, body = response.partition(b"\r\n\r\n")
    status, *headers = head.split(b"\r\n")
    return status, headers, body
