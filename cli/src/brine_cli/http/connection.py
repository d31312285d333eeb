"""The connection of one client: HTTP/1.1 with keep-alive, read and written by h11.

The connection never normalises methods, targets and field values. Every wait has a timeout.
"""

from __future__ import annotations

import contextlib
import http.client
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
    type Refused = Callable[[HttpRequest, HttpResponse, str], None]

# Only the connection sets the fields that frame a message (docs/aws-http-events.md).
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
_PARSER_BYTES = 64 * 1024  # enough to read a header that is too large, and to answer 431
_CHUNK = 64 * 1024
_LINGER_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Timeouts in seconds: between requests, for the rest of a request, and for the client to read a response."""

    idle: float = 60.0
    request: float = 60.0
    response: float = 60.0


class HttpConnection:
    """Serves the requests of one connection one after the other.

    refused: gets each request that no `answer` sees, as far as it was read, with the response and the reason.
    """

    def __init__(
        self,
        connection: socket.socket,
        client: str,
        answer: Answerer,
        timeouts: Timeouts,
        refused: Refused = lambda *_: None,
    ) -> None:
        self._socket = connection
        self._client = client
        self._answer = answer
        self._timeouts = timeouts
        self._refused = refused
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_PARSER_BYTES)

    def serve(self) -> None:
        """Answer requests until the client or the server closes. Errors of the client end here."""
        try:
            while self._exchange():
                self._http.start_next_cycle()
            self._linger()
        except (OSError, h11.LocalProtocolError):
            return  # the client has closed or is too slow, so no answer can reach it

    def _exchange(self) -> bool:
        """Read one request and answer it. Return False if the connection must be closed."""
        try:
            head = self._next_event(time.monotonic() + self._timeouts.idle)
            if not isinstance(head, h11.Request):
                return False
            response = self._respond(head)
        except h11.RemoteProtocolError as error:
            if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                response = limits.refusal(error.error_status_hint, "Bad Request")
                self._refuse(b"-", b"-", response, f"malformed: {str(error).partition(':')[0]}")
                self._send(b"GET", response, close=True)
            return False
        unread = self._http.their_state is h11.SEND_BODY
        self._send(head.method, response, close=unread or _is_framed_twice(head))
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _respond(self, head: h11.Request) -> HttpResponse:
        size = len(head.method) + len(head.target) + len("  HTTP/1.1") + sum(len(value) for _, value in head.headers)
        if size > limits.HEADER_BYTES:
            explained = f"request line and header values: {size:,} bytes, API Gateway takes {limits.HEADER_BYTES:,}"
            response = limits.refusal(431, "Request Header Fields Too Large", explained)
            return self._refuse(head.method, head.target, response, "header too large")
        declared = next((int(value) for name, value in head.headers if name == b"content-length"), 0)
        if declared > limits.REQUEST_BODY_BYTES:
            response = limits.body_too_large(f"{declared:,}")
            return self._refuse(head.method, head.target, response, "body too large")
        if self._http.they_are_waiting_for_100_continue:
            proceed = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
            self._write(self._http.send(proceed) or b"")
        body = self._read_body(time.monotonic() + self._timeouts.request)
        if body is None:
            response = limits.body_too_large(f"more than {limits.REQUEST_BODY_BYTES:,}")
            return self._refuse(head.method, head.target, response, "body too large")
        method, headers = head.method.decode(), tuple(head.headers)
        request = HttpRequest(method=method, target=head.target, headers=headers, body=body, client=self._client)
        return self._answer(request)

    def _refuse(self, method: bytes, target: bytes, response: HttpResponse, reason: str) -> HttpResponse:
        """Return the response, after a report."""
        request = HttpRequest(method=method.decode(), target=target, headers=(), body=b"", client=self._client)
        self._refused(request, response, reason)
        return response

    def _read_body(self, deadline: float) -> bytes | None:
        """Return the whole body, or None as soon as it is larger than API Gateway allows."""
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
        if response.stream is None and (length := _content_length(method, response)) is not None:
            headers.append((b"content-length", length))
        if not any(name.lower() == b"date" for name, _ in headers):
            headers.append((b"date", formatdate(usegmt=True).encode()))
        if close:
            headers.append((b"connection", b"close"))
        reason = http.client.responses.get(response.status, "").encode()
        head = h11.Response(status_code=response.status, headers=headers, reason=reason)
        parts = [self._http.send(head)]
        if response.body and _has_body(method, response.status):
            parts.append(self._http.send(h11.Data(data=response.body)))
        if response.stream is not None:
            with contextlib.closing(response.stream) as stream:
                self._write(b"".join(part for part in parts if part))
                parts.clear()
                if _has_body(method, response.status):
                    for part in stream:
                        self._write(self._http.send(h11.Data(data=part)) or b"")
        parts.append(self._http.send(h11.EndOfMessage()))
        self._write(b"".join(part for part in parts if part))

    def _write(self, data: bytes) -> None:
        self._socket.settimeout(self._timeouts.response)
        self._socket.sendall(data)

    def _linger(self) -> None:
        """Let the client read the last response: closing with unread bytes would reset the connection."""
        self._socket.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _LINGER_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            if not self._socket.recv(_CHUNK):
                return


def _is_framed_twice(head: h11.Request) -> bool:
    """Return whether the request has both Content-Length and Transfer-Encoding, of which h11 obeys the latter.

    An intermediary may have obeyed the other one, so the server closes after its response (RFC 9112 6.1).
    """
    return {b"content-length", b"transfer-encoding"} <= {name for name, _ in head.headers}


def _has_body(method: bytes, status: int) -> bool:
    return method != b"HEAD" and status not in {204, 304}


def _content_length(method: bytes, response: HttpResponse) -> bytes | None:
    """Return the length to declare: of the body, or for HEAD and 304 the one that the function set (RFC 9110 8.6).

    It is never 0 for want of a better value: for a HEAD, this would say that a GET has no body either.
    """
    if _has_body(method, response.status):
        return str(len(response.body)).encode()
    if response.status == 204:
        return None
    given = (value for name, value in response.headers if name.lower() == b"content-length" and value.isdigit())
    of_body = str(len(response.body)).encode() if response.body and response.status != 304 else None
    return next(given, of_body)
