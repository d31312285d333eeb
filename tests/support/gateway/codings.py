"""What a client does with a compressed answer."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it has no types
from backports import zstd

if TYPE_CHECKING:
    from brine.domain.http.messages import Response

TEXT = b"The quick brown fox jumps over the lazy dog. " * 60
"""A text that compresses well, and is large enough for it."""


def decoded(coding: str | None, body: bytes) -> bytes:
    """The content of a body in a coding."""
    if coding is None:
        return body
    if coding == "gzip":
        return zlib.decompress(body, 31)
    content = brotli.decompress(body) if coding == "br" else zstd.decompress(body)
    assert isinstance(content, bytes)
    return content


def content(response: Response) -> bytes:
    """The content of a response."""
    return decoded(response.fields.get("content-encoding"), response.body)
