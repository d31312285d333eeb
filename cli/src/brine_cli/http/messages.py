"""HTTP messages as bytes, between the server and the API behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

type HeaderLine = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A complete request. `target` is the request target as sent. Header names are in lower case."""

    method: str
    target: bytes
    headers: tuple[HeaderLine, ...]
    body: bytes
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A final response. The server adds framing fields and `date`.

    stream: parts of the body that are sent as they come, after `body`. The server closes it if the client leaves.
    """

    status: int
    headers: tuple[HeaderLine, ...] = ()
    body: bytes = b""
    stream: Generator[bytes] | None = None
