"""A server on 127.0.0.1 that sends exactly the bytes that a test gives, one thread per connection."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from typing import TYPE_CHECKING, Self

from brine.domain.routing.origin import OriginAddress

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

PATIENCE = 5.0  # seconds after which an idle peer fails the test


class Peer:
    """The server's side of one connection. `number` counts connections from 0."""

    def __init__(self, server: Loopback, sock: socket.socket, number: int) -> None:
        self.number = number
        self._server = server
        self._sock = sock

    def read_request(self) -> bytes:
        """A whole request, head and counted body; empty when the client has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self._sock.recv(65_536)
            if not part:
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                missing = int(line.partition(b":")[2]) - len(body)
                while missing > 0:
                    part = self._sock.recv(missing)
                    if not part:
                        return b""
                    missing -= len(part)
                    data += part
        self._server.requests.append(data)
        return data

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def reset(self) -> None:
        """End the connection at once, with a TCP reset."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._sock.close()

    def wait_until_closed(self, seconds: float = PATIENCE) -> bool:
        """Return whether the client closed within `seconds`; drop the bytes that it sends."""
        while select.select([self._sock], [], [], seconds)[0]:
            if not self._sock.recv(65_536):
                return True
        return False


class Loopback:
    """Runs `script` for each connection and closes it after. `requests` are those that were read completely."""

    def __init__(self, script: Callable[[Peer], object], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def address(self) -> OriginAddress:
        port: int = self._listener.getsockname()[1]
        return OriginAddress(scheme="https" if self._tls else "http", host="127.0.0.1", port=port)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._converse, args=(sock, self.connections))
            self.connections += 1
            self._threads.append(thread)
            thread.start()

    def _converse(self, sock: socket.socket, number: int) -> None:
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client may hang up, or refuse a certificate, at any point: that ends the conversation, no more.
        with contextlib.suppress(OSError):
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            self._script(Peer(self, sock, number))
        sock.close()


def answering(*answers: bytes) -> Callable[[Peer], None]:
    """A script that gives each connection these answers in turn, one per request, and then waits for its end."""

    def script(peer: Peer) -> None:
        for answer in answers:
            if not peer.read_request():
                return
            peer.send(answer)
        peer.wait_until_closed()

    return script


def answering_always(answer: bytes) -> Callable[[Peer], None]:
    """A script that gives the same answer to every request."""

    def script(peer: Peer) -> None:
        while peer.read_request():
            peer.send(answer)

    return script


def answering_once_and_closing(answer: bytes) -> Callable[[Peer], None]:
    """A script that reads one request, answers and closes."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(answer)

    return script
