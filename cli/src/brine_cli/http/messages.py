"""HTTP messages as bytes on the wire, between the server and the API behind it."""

from __future__ import annotations

from dataclasses import dataclass

type HeaderLine = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A complete request. `target` is the request target as sent; header names are in lower case."""

    method: str
    target: bytes
    headers: tuple[HeaderLine, ...]
    body: bytes
    client: str

    def header(self, name: bytes) -> bytes | None:
        """The first value of the field `name` (given in lower case)."""
        return next((value for own, value in self.headers if own == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A complete final response; framing fields and `date` are the server's to add."""

    status: int
    headers: tuple[HeaderLine, ...] = ()
    body: bytes = b""
