"""How the most lenient server reads a path: decoded more than once, with other slashes, other dots, other ends.

If a path climbs (`..`) in that reading, it could leave its route. If another route covers the path in that reading, the
path could lead there. The reading only decides whether a path is refused; it is never sent.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

_ROUNDS: Final = 8
"""Decodings after which a path that still changes has no reading."""

_PLAIN = re.compile(r"(?:/(?!\.)[a-z0-9_.~!$&'()*,=@-]+(?<!\.))*/?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WIDE_ESCAPE = re.compile(rb"%u([0-9a-fA-F]{4})", re.IGNORECASE)  # as IIS writes one
_SLASHES = re.compile(r"[/\\]+")
_END = re.compile(r"[;?#]|:[:$]")  # path parameters, what a server splits off once it has decoded, streams of NTFS

_AS_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys("\u2044\u2215\u29f8\u2571\u27cb", "/"),
        **dict.fromkeys("\u2216\u29f5\u29f9\u2572\u27cd\u00a5\u20a9", "\\"),  # in Japan and Korea, money is 0x5C
        "\u3002": ".",
        "\u0131": "i",
        **dict.fromkeys("\u115f\u1160\u2800\ufffd"),  # letters and symbols that show nothing
    }
)
"""What a server may take for an ASCII character beyond compatibility (NFKD), as code pages of Windows do."""


def reading(path: str) -> str | None:
    """Return the path as the most lenient server reads it; None when it is not UTF-8 or would be decoded further.

    Nothing in it is percent-encoded, at any depth. It is in lower case and without accents. Backslashes are slashes,
    and repeated slashes are one. Blanks and invisible characters are gone, and so is what a segment has from a ";", "?"
    or "#" on, and the dots at its end. Control characters stay, and segments that are only dots.
    """
    if _PLAIN.fullmatch(path):
        return path
    data = path.encode(errors="surrogatepass")
    try:
        for _ in range(_ROUNDS):
            decoded = _decoded(data)
            if decoded == data:
                return _simplified(data.decode())
            data = decoded
    except UnicodeDecodeError:
        pass  # overlong forms, Latin-1: each server makes something else of them
    return None


def holds_control(read: str) -> bool:
    """Return whether a path, as `reading` gives it, has a character that may end or hide a part of it."""
    return _CONTROL.search(read) is not None


def climbs(read: str) -> bool:
    """Return whether a path, as `reading` gives it, has a segment of dots alone."""
    return any(segment and not segment.strip(".") for segment in read.split("/"))


def _simplified(text: str) -> str:
    text = text.casefold().replace(" ", "").replace("+", "")
    segments = (_END.split(segment, maxsplit=1)[0] for segment in _SLASHES.split(text))
    return "/" + "/".join(segment.rstrip(".") or segment for segment in segments if segment)


def _decoded(data: bytes) -> bytes:
    if b"%" in data:
        data = _WIDE_ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode(errors="replace"), data)
        data = unquote_to_bytes(data)
    if data.isascii():
        return data
    from unicodedata import category, normalize  # noqa: PLC0415 - for the few paths that are not in ASCII

    text = normalize("NFKD", data.decode()).translate(_AS_ASCII)
    return "".join(one for one in text if one.isascii() or category(one)[0] not in "CMZ").encode()
