"""One connection. It carries one exchange at a time."""

from __future__ import annotations

import select
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.adapters.http1.body import read_body
from brine.adapters.http1.errors import BadResponse, TimedOut
from brine.adapters.http1.head import framing, keeps_alive, parse_head
from brine.adapters.http1.stream import BLANK_LINE, Stream

if TYPE_CHECKING:
    import socket

    from brine.adapters.http1.head import Head
    from brine.ports.deadline import Deadline

_ONE_WRITE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """Seconds for connecting and for each wait for bytes, and the largest head and body of a response in bytes."""

    connect_timeout: float
    read_timeout: float
    max_head: int = 65_536
    max_body: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A request as bytes. `repeatable`: it may be sent again although the first one may have had its effect."""

    method: str
    head: bytes
    body: bytes = b""
    repeatable: bool


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A final response: field lines with names in lower case, and the body with its chunks joined but its codings kept.

    `is_retry`: the request was sent before, over a kept connection that gave no response.
    """

    status: int
    lines: tuple[tuple[str, str], ...]
    body: bytes
    is_retry: bool = False

    def value(self, name: str) -> str:
        """Return the value of the first line called `name`, or ""."""
        return next((value for own, value in self.lines if own == name), "")


class Connection:
    """A TCP or TLS connection. `reusable` tells whether another exchange may follow the last one."""

    __slots__ = ("_poll", "_sock", "idle_since", "reusable")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self.reusable = True
        self.idle_since = 0.0

    @property
    def quiet(self) -> bool:
        """Return whether no bytes wait. On an idle connection, waiting bytes mean its end or an unexpected response."""
        return not self._poll.poll(0)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def exchange(self, message: RawRequest, limits: HttpLimits, deadline: Deadline) -> RawResponse:
        """Send a request and return the whole response. Interim responses are skipped. Raises ExchangeError.

        Bytes after the response are dropped. They could pass for the next response, so the connection is not reusable
        (RFC 9112 section 6.3).
        """
        self.reusable = False
        sent = self._send(message, limits, deadline)
        stream = Stream(self._sock, limits.read_timeout, deadline)
        head = _final_head(stream, limits.max_head)
        frame = framing(message.method, head)
        body = read_body(stream, frame, limits.max_body)
        self.reusable = sent and stream.exhausted and frame != "until-close" and keeps_alive(head)
        return RawResponse(head.status, head.lines, body)

    def _send(self, message: RawRequest, limits: HttpLimits, deadline: Deadline) -> bool:
        """Send the request. Return False if the peer stopped reading, as it may after a response (RFC 9112 9.3)."""
        together = len(message.body) <= _ONE_WRITE
        parts = [message.head + message.body] if together else [message.head, message.body]
        for part in parts:
            rest = memoryview(part)
            while rest:
                wait = min(limits.read_timeout, deadline.remaining())
                if wait <= 0:
                    raise TimedOut("the request could not be sent in time")
                try:
                    self._sock.settimeout(wait)
                    rest = rest[self._sock.send(rest) :]
                except TimeoutError:
                    raise TimedOut("the request could not be sent in time") from None
                except OSError:
                    return False
        return True


def _final_head(stream: Stream, limit: int) -> Head:
    while True:
        head = parse_head(stream.take_until(BLANK_LINE, limit))
        if head.status >= 200:
            return head
        if head.status == 101:
            raise BadResponse("a change of protocol that was not asked for")
