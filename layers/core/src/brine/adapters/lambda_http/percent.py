"""Percent-encodes text that AWS decoded, and characters that no request line may have (RFC 3986 section 2).

It does not use urllib.parse, because this import costs more than the whole package.
"""

from __future__ import annotations

from brine.errors import BadEvent

_VISIBLE = bytes(range(0x21, 0x7F))
UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
DECODED_PATH = UNRESERVED + b"!$&'()*+,;=:@/"
"""Bytes that need no encoding in a path that AWS decoded. A "%" is encoded again, as the client had encoded it."""
SENT_PATH = _VISIBLE.translate(None, b"?#")
"""Bytes that may stand in a path that AWS did not decode."""
SENT_QUERY = _VISIBLE.translate(None, b"#")
"""Bytes that may stand in a query that AWS did not decode."""
SENT_NAME = SENT_QUERY.translate(None, b"&=")
SENT_VALUE = SENT_QUERY.translate(None, b"&")
"""Bytes that may stand in the value of a parameter that AWS separated but did not decode. SENT_NAME: in its name."""


def encoded(part: str, allowed: bytes) -> str:
    """Return `part` in UTF-8 with every byte percent-encoded that is not in `allowed`. Raises BadEvent."""
    try:
        raw = part.encode()
    except UnicodeEncodeError as error:
        raise BadEvent("the event's path or query holds half a surrogate pair") from error
    if not raw.translate(None, allowed):
        return part
    return "".join(chr(byte) if byte in allowed else f"%{byte:02X}" for byte in raw)


def encoded_path(path: str, allowed: bytes) -> str:
    """Return `path` encoded, or "/" for an empty one. Raises BadEvent, also unless it begins with "/"."""
    if path and not path.startswith("/"):
        raise BadEvent('the event\'s path does not begin with "/"')
    return encoded(path or "/", allowed)
