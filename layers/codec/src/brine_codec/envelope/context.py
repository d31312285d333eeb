"""What an envelope is bound to, as unambiguous bytes."""

from __future__ import annotations

from struct import Struct

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH = Struct(">I").pack


def encode_context(parts: Iterable[str | bytes]) -> bytes:
    """u32 length of everything, then each part as u32 length and bytes (text as UTF-8).

    No two different sequences of parts give the same bytes; "a" and b"a" count as the same part.
    """
    if isinstance(parts, (str, bytes)):
        raise TypeError("context is a sequence of parts, not one text")
    encoded = b""
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        encoded += _LENGTH(len(data)) + data
    return _LENGTH(len(encoded)) + encoded
