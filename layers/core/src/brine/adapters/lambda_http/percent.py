"""Percent-encoding of what AWS decoded, and of what no request line may hold (RFC 3986 section 2).

Not urllib.parse: its import costs more than everything in this package.
"""

from __future__ import annotations

from brine.errors import BadEvent

_VISIBLE = bytes(range(0x21, 0x7F))
UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
DECODED_PATH = UNRESERVED + b"!$&'()*+,;=:@/"
"""May stand in a path that AWS decoded: what never needs encoding there. A "%" is one that the client encoded."""
SENT_PATH = _VISIBLE.translate(None, b"?#")
"""May stand in a path that AWS did not decode."""
SENT_QUERY = _VISIBLE.translate(None, b"#")
"""May stand in a query that AWS did not decode."""
SENT_NAME = SENT_QUERY.translate(None, b"&=")
SENT_VALUE = SENT_QUERY.translate(None, b"&")
"""May stand in the name or value of a parameter that AWS split off but did not decode."""


def encoded(part: str, allowed: bytes) -> str:
    """`part` with every byte of its UTF-8 form percent-encoded unless it is in `allowed`. Raises BadEvent."""
    try:
        raw = part.encode()
    except UnicodeEncodeError as error:
        raise BadEvent("the event's path or query holds half a surrogate pair") from error
    if not raw.translate(None, allowed):
        return part
    return "".join(chr(byte) if byte in allowed else f"%{byte:02X}" for byte in raw)


def rooted(path: str) -> str:
    """`path` if it begins with "/"; "/" for an empty one. Raises BadEvent."""
    if not path.startswith("/"):
        if path:
            raise BadEvent('the event\'s path does not begin with "/"')
        return "/"
    return path
