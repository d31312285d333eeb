"""Encodes response bodies for an answer: as text if that is exact, otherwise as base64."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.adapters.lambda_http.incoming import Incoming
    from brine.domain.http.messages import Response

_TEXTUAL = frozenset({"application/json", "application/xml", "application/javascript"})
_TEXTUAL_ENDS = ("+json", "+xml")


def body_of(response: Response, incoming: Incoming) -> bytes:
    """Return the body to send, which is empty for HEAD, 204 and 304 (RFC 9110 section 6.4.1)."""
    if incoming.request.method == "HEAD" or response.status in {204, 304}:
        return b""
    return response.body


def as_text(body: bytes, response: Response) -> str | None:
    """Return `body` decoded from UTF-8, or None if it is not text or has a content coding such as gzip."""
    if not body:
        return ""
    fields = response.fields
    if "content-encoding" in fields or not _is_textual(fields.get("content-type", "")):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def as_base64(body: bytes) -> str:
    """Return `body` in base64, on one line."""
    return b2a_base64(body, newline=False).decode("ascii")


def _is_textual(content_type: str) -> bool:
    media_type = content_type.split(";", 1)[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXTUAL or media_type.endswith(_TEXTUAL_ENDS)
