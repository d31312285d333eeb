"""A threaded HTTP/1.1 server. Each connection has a thread, so slow requests do not block each other."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

from brine_cli.http.connection import HttpConnection, Timeouts

if TYPE_CHECKING:
    from brine_cli.http.connection import Answerer, Refused

_PAUSE_SECONDS = 0.05


class HttpServer:
    """Serves `answer` on a listening socket within the context. The server owns the socket.

    refused: see HttpConnection.
    """

    def __init__(
        self,
        listener: socket.socket,
        answer: Answerer,
        timeouts: Timeouts | None = None,
        *,
        refused: Refused = lambda *_: None,
    ) -> None:
        self._listener = listener
        self._answer = answer
        self._timeouts = timeouts or Timeouts()
        self._refused = refused
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, name="accept", daemon=True)

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._stopping.set()
            open_now = tuple(self._connections)
        for connection in (self._listener, *open_now):
            with contextlib.suppress(OSError):  # closed already
                connection.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                # The client has closed, or there are no free file descriptors until another client closes.
                if self._stopping.wait(_PAUSE_SECONDS):
                    return
                continue
            threading.Thread(target=self._serve, args=(connection, address[0]), name="http", daemon=True).start()

    def _serve(self, connection: socket.socket, client: str) -> None:
        with connection:
            with self._lock:
                if self._stopping.is_set():
                    return
                self._connections.add(connection)
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                HttpConnection(connection, client, self._answer, self._timeouts, self._refused).serve()
            finally:
                with self._lock:
                    self._connections.discard(connection)
