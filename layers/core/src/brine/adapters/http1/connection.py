"""One connection, and one exchange at a time over it."""

from __future__ import annotations

import select
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.adapters.http1.body import read_body
from brine.adapters.http1.errors import BadAnswer, TimedOut
from brine.adapters.http1.head import framing, keeps_alive, parse_head
from brine.adapters.http1.stream import BLANK_LINE, Stream

if TYPE_CHECKING:
    import socket

    from brine.adapters.http1.head import Head
    from brine.ports.deadline import Deadline

_ONE_WRITE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for connecting and for each wait for bytes; bytes of an answer's head and body."""

    connect_timeout: float
    read_timeout: float
    max_head: int = 65_536
    max_body: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request ready to be sent. `repeatable`: it may be sent again where the first time may have had its effect."""

    method: str
    head: bytes
    body: bytes = b""
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer: field lines with names in lower case, and the body, chunks joined and codings left alone.

    `is_second`: the request had gone out before, over a kept connection that gave no answer.
    """

    status: int
    lines: tuple[tuple[str, str], ...]
    body: bytes
    is_second: bool = False

    def value(self, name: str) -> str:
        """The value of the first line called `name`, or "" when there is none."""
        return next((value for own, value in self.lines if own == name), "")


class Connection:
    """A TCP or TLS connection. `reusable` tells whether a further exchange may follow the last one."""

    __slots__ = ("_poll", "_sock", "idle_since", "reusable")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self.reusable = True
        self.idle_since = 0.0

    @property
    def quiet(self) -> bool:
        """Whether nothing waits to be read: on an idle connection that would be its end, or bytes nobody asked for."""
        return not self._poll.poll(0)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def exchange(self, message: Message, limits: Limits, deadline: Deadline) -> Answer:
        """Send a request and read the whole answer. Interim answers are skipped. Raises ExchangeError."""
        self.reusable = False
        sent = self._send(message, limits, deadline)
        stream = Stream(self._sock, limits.read_timeout, deadline)
        head = _final_head(stream, limits.max_head)
        frame = framing(message.method, head)
        body = read_body(stream, frame, limits.max_body)
        self.reusable = sent and stream.exhausted and frame != "until-close" and keeps_alive(head)
        return Answer(head.status, head.lines, body)

    def _send(self, message: Message, limits: Limits, deadline: Deadline) -> bool:
        """Send all of it; False when the peer stopped listening, which it may do after an answer (RFC 9112 9.3)."""
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
            raise BadAnswer("a change of protocol that nobody asked for")
