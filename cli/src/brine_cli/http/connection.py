"""One client's connection: HTTP/1.1 with keep-alive, read and written by h11.

Two rules: bytes are passed on as they came (methods, targets and field values are never normalised), and every
wait has an end.
"""

from __future__ import annotations

import http
import socket
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

import h11

from brine_cli.http import limits
from brine_cli.http.messages import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.http.messages import HttpResponse

    type Answerer = Callable[[HttpRequest], HttpResponse]

# What frames a message is the connection's business, whatever the function says (docs/aws-http-events.md).
_FRAMING = frozenset(
    {
        b"connection",
        b"content-length",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_PARSER_BYTES = 64 * 1024  # room for a header that is too large to be refused politely
_CHUNK = 64 * 1024
_LINGER_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long a slow client is waited for, in seconds: between requests, for the rest of one, and while it reads."""

    idle: float = 60.0
    request: float = 60.0
    response: float = 60.0


class HttpConnection:
    """Serves the requests of one connection, one after the other."""

    def __init__(self, connection: socket.socket, client: str, answer: Answerer, patience: Timeouts) -> None:
        self._socket = connection
        self._client = client
        self._answer = answer
        self._patience = patience
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_PARSER_BYTES)

    def serve(self) -> None:
        """Answers until either side is done. Whatever the client does wrong ends here."""
        try:
            while self._exchange():
                self._http.start_next_cycle()
            self._linger()
        except (OSError, h11.LocalProtocolError):
            return  # the client went away or is too slow; nobody is left to tell

    def _exchange(self) -> bool:
        """Reads one request and answers it. False when the connection is to be closed."""
        try:
            head = self._next_event(time.monotonic() + self._patience.idle)
            if not isinstance(head, h11.Request):
                return False
            response = self._respond(head)
        except h11.RemoteProtocolError as error:
            if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                self._send(b"GET", limits.refusal(error.error_status_hint, "Bad Request"), close=True)
            return False
        unread = self._http.their_state is h11.SEND_BODY
        self._send(head.method, response, close=unread)
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _respond(self, head: h11.Request) -> HttpResponse:
        size = len(head.method) + len(head.target) + len("  HTTP/1.1") + sum(len(value) for _, value in head.headers)
        if size > limits.HEADER_BYTES:
            return limits.headers_too_large(size)
        declared = next((int(value) for name, value in head.headers if name == b"content-length"), 0)
        if declared > limits.REQUEST_BODY_BYTES:
            return limits.body_too_large(f"{declared:,}")
        if self._http.they_are_waiting_for_100_continue:
            self._write(
                self._http.send(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")) or b""
            )
        body = self._read_body(time.monotonic() + self._patience.request)
        if body is None:
            return limits.body_too_large(f"more than {limits.REQUEST_BODY_BYTES:,}")
        return self._answer(
            HttpRequest(
                method=head.method.decode(),
                target=head.target,
                headers=tuple(head.headers),
                body=body,
                client=self._client,
            )
        )

    def _read_body(self, deadline: float) -> bytes | None:
        """The whole body, or None as soon as it is longer than API Gateway takes."""
        parts: list[bytes] = []
        size = 0
        while True:
            event = self._next_event(deadline)
            if isinstance(event, h11.EndOfMessage):
                return b"".join(parts)
            if isinstance(event, h11.Data):
                parts.append(bytes(event.data))
                size += len(event.data)
            if size > limits.REQUEST_BODY_BYTES:
                return None

    def _next_event(self, deadline: float) -> h11.Event:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Event):
                return event
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            self._http.receive_data(self._socket.recv(_CHUNK))

    def _send(self, method: bytes, response: HttpResponse, *, close: bool) -> None:
        headers = [line for line in response.headers if line[0].lower() not in _FRAMING]
        length = _content_length(method, response)
        if length is not None:
            headers.append((b"content-length", length))
        if not any(name.lower() == b"date" for name, _ in headers):
            headers.append((b"date", formatdate(usegmt=True).encode()))
        if close:
            headers.append((b"connection", b"close"))
        head = h11.Response(status_code=response.status, headers=headers, reason=_reason(response.status))
        parts = [self._http.send(head)]
        if response.body and _has_body(method, response.status):
            parts.append(self._http.send(h11.Data(data=response.body)))
        parts.append(self._http.send(h11.EndOfMessage()))
        self._write(b"".join(part for part in parts if part))

    def _write(self, data: bytes) -> None:
        self._socket.settimeout(self._patience.response)
        self._socket.sendall(data)

    def _linger(self) -> None:
        """Lets the client read the last answer: closing on unread bytes would reset the connection."""
        self._socket.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _LINGER_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            if not self._socket.recv(_CHUNK):
                return


def _has_body(method: bytes, status: int) -> bool:
    return method != b"HEAD" and status not in {204, 304}


def _content_length(method: bytes, response: HttpResponse) -> bytes | None:
    """The length to declare: the body's, or for HEAD and 304 the one that the function speaks of (RFC 9110 8.6).

    Never a length of 0 for want of a better one: to a HEAD it would say that a GET has no body either.
    """
    if _has_body(method, response.status):
        return str(len(response.body)).encode()
    if response.status == 204:
        return None
    given = (value for name, value in response.headers if name.lower() == b"content-length" and value.isdigit())
    of_body = str(len(response.body)).encode() if response.body and response.status != 304 else None
    return next(given, of_body)


def _reason(status: int) -> bytes:
    try:
        return http.HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
