"""Fetches from origins over HTTP/1.1. Requests go out byte for byte, and only whole responses come back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.adapters.http1.connection import HttpLimits, RawRequest
from brine.adapters.http1.errors import (
    BadResponse,
    ConnectFailed,
    ExchangeError,
    NoResponse,
    ResponseTooLarge,
    TimedOut,
)
from brine.domain.http.field_syntax import FIELD_VALUE, TOKEN
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import BadRequest, OriginMalformed, OriginTimeout, OriginTooLarge, OriginUnreachable

if TYPE_CHECKING:
    from brine.adapters.http1.client import HttpClient
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.errors import OriginError
    from brine.ports.deadline import Deadline

_ALWAYS_COUNTED = frozenset({"POST", "PUT", "PATCH"})  # without a body they say so (RFC 9110 section 8.6)
_OURS = frozenset({"host", "content-length", "transfer-encoding"})
_TARGET = re.compile(r"[!-~\x80-\xff]+")

_ERRORS: dict[type[ExchangeError], type[OriginError]] = {
    ConnectFailed: OriginUnreachable,
    NoResponse: OriginMalformed,
    BadResponse: OriginMalformed,
    ResponseTooLarge: OriginTooLarge,
}


class HttpOrigin:
    """The Origin port over kept-alive connections. It follows no redirects.

    max_body: the largest body of a response, in bytes. connect_timeout, read_timeout: seconds for connecting and for
    each wait for bytes. The deadline bounds the whole exchange. An idempotent request is sent once more if the origin
    closed a kept connection (RFC 9112 section 9.3.1).
    """

    def __init__(
        self, client: HttpClient, *, max_body: int, connect_timeout: float = 3.0, read_timeout: float = 30.0
    ) -> None:
        self._client = client
        self._limits = HttpLimits(connect_timeout=connect_timeout, read_timeout=read_timeout, max_body=max_body)

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        """Send `request` and return the whole response. Raises BadRequest, or a class of OriginError."""
        message = RawRequest(
            method=request.method,
            head=_head(origin, request),
            body=request.body,
            repeatable=request.is_idempotent,
        )
        began = deadline.clock()
        try:
            response = self._client.exchange(origin, message, self._limits, deadline)
        except TimedOut as error:
            kind = "connect timeout" if error.cause == "connect timeout" else "timeout"
            raise OriginTimeout(str(error), f"{kind} after {deadline.clock() - began:.3g} s") from error
        except ExchangeError as error:
            raise _ERRORS[type(error)](str(error), error.cause) from error
        return Response(status=response.status, fields=Fields(response.lines), body=response.body)


def _head(origin: OriginAddress, request: Request) -> bytes:
    """Return the head of the request. Raises BadRequest for text that could end a line early. It trusts no caller."""
    if TOKEN.fullmatch(request.method) is None or request.method == "CONNECT":
        raise BadRequest("the method cannot be forwarded")
    if _TARGET.fullmatch(request.target) is None:
        raise BadRequest("the path or query cannot be written in a request line")
    host = request.fields.get("host") or origin.authority
    lines = [f"{request.method} {request.target} HTTP/1.1", f"host: {host}"]
    for name, value in request.fields:
        if TOKEN.fullmatch(name) is None or FIELD_VALUE.fullmatch(value) is None:
            raise BadRequest("a header field cannot be written in a header line")
        if name not in _OURS:
            lines.append(f"{name}: {value}")
    if request.body or request.method in _ALWAYS_COUNTED:
        lines.append(f"content-length: {len(request.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("iso-8859-1")
