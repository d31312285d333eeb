"""Origins over HTTP/1.1: what the gateway sends goes out byte for byte, and only whole answers come back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.adapters.http1.connection import Limits, Message
from brine.adapters.http1.errors import BadAnswer, ConnectFailed, ExchangeError, NoAnswer, TimedOut, TooLarge
from brine.domain.http.field_syntax import FIELD_VALUE, TOKEN
from brine.domain.http.fields import Fields
from brine.domain.http.messages import IDEMPOTENT_METHODS, Response
from brine.errors import BadRequest, OriginMalformed, OriginTimeout, OriginTooLarge, OriginUnreachable

if TYPE_CHECKING:
    from brine.adapters.http1.client import Client
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.errors import OriginError
    from brine.ports.deadline import Deadline

_ALWAYS_COUNTED = frozenset({"POST", "PUT", "PATCH"})  # without a body they say so (RFC 9110 section 8.6)
_OURS = frozenset({"host", "content-length", "transfer-encoding"})
_TARGET = re.compile(r"[!-~\x80-\xff]+")

_ERRORS: dict[type[ExchangeError], type[OriginError]] = {
    ConnectFailed: OriginUnreachable,
    TimedOut: OriginTimeout,
    NoAnswer: OriginMalformed,
    BadAnswer: OriginMalformed,
    TooLarge: OriginTooLarge,
}


class HttpOrigin:
    """The Origin port over kept-alive connections. Redirects are answers like others.

    max_body: bytes of a response's body beyond which it is not taken. connect_timeout, read_timeout: seconds for
    connecting and for each wait for bytes; the deadline bounds the whole. An idempotent request that met a kept
    connection's end is sent once more (RFC 9112 section 9.3.1).
    """

    def __init__(
        self, client: Client, *, max_body: int, connect_timeout: float = 3.0, read_timeout: float = 30.0
    ) -> None:
        self._client = client
        self._limits = Limits(connect_timeout=connect_timeout, read_timeout=read_timeout, max_body=max_body)

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        """Send `request` and read the whole response. Raises BadRequest, or OriginError; see its classes."""
        message = Message(
            method=request.method,
            head=_head(origin, request),
            body=request.body,
            repeatable=request.method in IDEMPOTENT_METHODS,
        )
        try:
            answer = self._client.exchange(origin, message, self._limits, deadline)
        except ExchangeError as error:
            raise _ERRORS[type(error)](str(error)) from error
        return Response(status=answer.status, fields=Fields(answer.lines), body=answer.body)


def _head(origin: OriginAddress, request: Request) -> bytes:
    """The request's head. What could end a line early never gets on the wire, whoever let it come this far."""
    if TOKEN.fullmatch(request.method) is None or request.method == "CONNECT":
        raise BadRequest("the method is none that can be forwarded")
    if _TARGET.fullmatch(request.target) is None:
        raise BadRequest("the path or query cannot be written in a request line")
    lines = [f"{request.method} {request.target} HTTP/1.1", f"host: {origin.authority}"]
    for name, value in request.fields:
        if TOKEN.fullmatch(name) is None or FIELD_VALUE.fullmatch(value) is None:
            raise BadRequest("a header field cannot be written in a header line")
        if name not in _OURS:
            lines.append(f"{name}: {value}")
    if request.body or request.method in _ALWAYS_COUNTED:
        lines.append(f"content-length: {len(request.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("iso-8859-1")
