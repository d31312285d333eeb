"""Reads the body of a response, which is complete or an error (RFC 9112 sections 6, 7 and 8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.adapters.http1.errors import BadResponse, ResponseTooLarge
from brine.adapters.http1.stream import CRLF

if TYPE_CHECKING:
    from brine.adapters.http1.head import Framing
    from brine.adapters.http1.stream import Stream

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\0\r\n]*)?")
_LINE_LIMIT = 4096


def read_body(stream: Stream, framing: Framing, limit: int) -> bytes:
    """Return the whole body, its chunks joined and its trailers dropped.

    Bytes after the body stay in the stream. Raises ResponseTooLarge for more than `limit` bytes, and the errors of
    Stream.
    """
    if framing == "none":
        return b""
    if framing == "until-close":
        return stream.take_rest(limit)
    if framing == "chunked":
        return _read_chunks(stream, limit)
    if framing > limit:
        raise ResponseTooLarge(f"a body of more than {limit} bytes")
    return stream.take(framing)


def _read_chunks(stream: Stream, limit: int) -> bytes:
    body = bytearray()  # not a list of chunks: a million tiny ones would weigh many times their bytes
    while size := _chunk_size(stream.take_until(CRLF, _LINE_LIMIT)):
        if len(body) + size > limit:
            raise ResponseTooLarge(f"a body of more than {limit} bytes")
        body += stream.take(size)
        if stream.take(2) != b"\r\n":
            raise BadResponse("a chunk longer than its size")
    while stream.take_until(CRLF, _LINE_LIMIT):
        pass  # trailer fields, which a recipient may drop (RFC 9110 section 6.5.1)
    return bytes(body)


def _chunk_size(line: bytes) -> int:
    match = _CHUNK_SIZE.fullmatch(line)
    if match is None:
        raise BadResponse("a chunk without a size")
    return int(match[1], 16)
