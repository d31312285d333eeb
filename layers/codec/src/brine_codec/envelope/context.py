"""The encoding of the context that an envelope is bound to."""

from __future__ import annotations

from struct import Struct

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH = Struct(">I").pack


def encode_context(parts: Iterable[str | bytes]) -> bytes:
    """Return the total length (u32), then each part as its length (u32) and its bytes (text as UTF-8).

    Two different sequences of parts never give the same bytes. "a" and b"a" count as the same part.
    """
    if isinstance(parts, (str, bytes)):
        raise TypeError("context is a sequence of parts, not one text or bytes")
    encoded = b""
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        encoded += _LENGTH(len(data)) + data
    return _LENGTH(len(encoded)) + encoded
