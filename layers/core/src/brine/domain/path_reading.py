"""How the most lenient server reads a path: decoded more than once, with other slashes, other dots, other ends.

If a path climbs (`..`) in that reading, it could leave its route. If another route covers the path in that reading, the
path could lead there. The reading only decides whether a path is refused; it is never sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROUNDS: Final = 8
"""Decodings after which a path that still changes has no reading."""

_PLAIN = re.compile(r"(?:/(?!\.)[\w.~!$&'()*+,=:@-]+)*/?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WIDE_ESCAPE = re.compile(rb"%u([0-9a-fA-F]{4})", re.IGNORECASE)  # as IIS writes one
_SLASHES = re.compile(r"[/\\]+")
_END = re.compile(r"[;?#]")  # path parameters, and what a server splits off once it has decoded

# UTF-8 in more bytes than it needs, which lenient decoders take for an ASCII character
_OVERLONG: Final[Mapping[bytes, bytes]] = {
    start + bytes([first | code >> 6, 0x80 | code & 63]): bytes([code])
    for start, first in ((b"", 0xC0), (b"\xe0", 0x80), (b"\xf0\x80", 0x80))
    for code in range(128)
}
_OVERLONG_FORM = re.compile(rb"(?:[\xc0\xc1]|(?:\xe0|\xf0\x80)[\x80\x81])[\x80-\xbf]")


def reading(path: str) -> str | None:
    """Return the path as the most lenient server reads it; None when it would go on decoding.

    Nothing in it is percent-encoded, at any depth. Backslashes are slashes, and repeated slashes are one. Blanks are
    gone, and so is what a segment has from a ";", "?" or "#" on. Control characters stay.
    """
    if _PLAIN.fullmatch(path):
        return path
    data = path.encode(errors="surrogatepass")
    for _ in range(_ROUNDS):
        decoded = _decoded(data)
        if decoded == data:
            text = data.decode(errors="replace").replace(" ", "")
            return "/".join(_END.split(segment, maxsplit=1)[0] for segment in _SLASHES.split(text))
        data = decoded
    return None


def holds_control(read: str) -> bool:
    """Return whether a path, as `reading` gives it, has a character that may end or hide a part of it."""
    return _CONTROL.search(read) is not None


def climbs(read: str) -> bool:
    """Return whether a path, as `reading` gives it, has a segment "." or ".."."""
    return not {".", ".."}.isdisjoint(read.split("/"))


def _decoded(data: bytes) -> bytes:
    if b"%" in data:
        data = _WIDE_ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode(errors="replace"), data)
        data = unquote_to_bytes(data)
    if data.isascii():
        return data
    from unicodedata import normalize  # noqa: PLC0415 - for the few paths that are not in ASCII

    # Windows makes ASCII of full-width dots, slashes and their like
    text = _OVERLONG_FORM.sub(lambda match: _OVERLONG[match[0]], data).decode(errors="surrogateescape")
    return normalize("NFKC", text).encode(errors="surrogateescape")
