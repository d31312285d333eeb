"""Reads the bytes of one response. Every wait is bounded, and so is the memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.adapters.http1.errors import BadResponse, NoResponse, ResponseTooLarge, TimedOut

if TYPE_CHECKING:
    import socket

    from brine.ports.deadline import Deadline

BLANK_LINE = re.compile(rb"\n\r?\n")
CRLF = re.compile(rb"\r\n")
_RECEIVE = 131_072


class Stream:
    """The bytes that a socket receives. Raises TimedOut, NoResponse if no byte came at all, or BadResponse."""

    __slots__ = ("_at", "_data", "_deadline", "_read_timeout", "_sock", "_started")

    def __init__(self, sock: socket.socket, read_timeout: float, deadline: Deadline) -> None:
        self._sock = sock
        self._read_timeout = read_timeout
        self._deadline = deadline
        self._data = b""
        self._at = 0
        self._started = False

    @property
    def exhausted(self) -> bool:
        """Return whether all received bytes were taken."""
        return self._at == len(self._data)

    def take_until(self, end: re.Pattern[bytes], limit: int) -> bytes:
        """Return the bytes before `end` and skip its match, at most 3 bytes. Raises ResponseTooLarge past `limit`."""
        start = self._at
        while (match := end.search(self._data, start)) is None:
            self._data = self._data[self._at :]
            self._at = 0
            start = max(0, len(self._data) - 2)
            if len(self._data) > limit:
                raise ResponseTooLarge(f"more than {limit} bytes without an end")
            self._data += self._receive_some()
        if match.start() - self._at > limit:
            raise ResponseTooLarge(f"more than {limit} bytes without an end")
        taken = self._data[self._at : match.start()]
        self._at = match.end()
        return taken

    def take(self, count: int) -> bytes:
        """Return exactly `count` bytes."""
        end = self._at + count
        if end <= len(self._data):
            taken = self._data[self._at : end]
            self._at = end
            return taken
        parts = [self._data[self._at :]]
        missing = end - len(self._data)
        while missing > 0:
            # One byte more than is due shows without an extra call that the peer sends too much.
            parts.append(self._receive_some(min(missing + 1, _RECEIVE)))
            missing -= len(parts[-1])
        self._data = parts[-1]
        self._at = len(self._data) + missing
        parts[-1] = self._data[: self._at]
        return b"".join(parts)

    def take_rest(self, limit: int) -> bytes:
        """Return all bytes up to the end of the connection. Raises ResponseTooLarge past `limit`."""
        parts = [self._data[self._at :]]
        size = len(parts[0])
        self._at = len(self._data)
        while size <= limit:
            part = self._receive()
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
        raise ResponseTooLarge(f"a body of more than {limit} bytes")

    def _receive_some(self, size: int = _RECEIVE) -> bytes:
        part = self._receive(size)
        if not part:
            raise (
                BadResponse("the response ends too early") if self._started else NoResponse("closed without a response")
            )
        return part

    def _receive(self, size: int = _RECEIVE) -> bytes:
        wait = min(self._read_timeout, self._deadline.remaining())
        if wait <= 0:
            raise TimedOut("no complete response in time")
        try:
            self._sock.settimeout(wait)
            part = self._sock.recv(size)
        except TimeoutError:
            raise TimedOut("no complete response in time") from None
        except OSError as error:
            if self._started:
                raise BadResponse(f"the connection broke: {error.strerror}") from error
            raise NoResponse(f"the connection broke: {error.strerror}") from error
        self._started = self._started or bool(part)
        return part
