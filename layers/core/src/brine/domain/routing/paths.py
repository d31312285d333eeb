"""The reading of a path by the most lenient server, to detect a path that leaves its route.

Such a server decodes a path more than once and accepts other slashes and dots. A path with a `..` segment in that
reading could leave its route. If another route covers the path in that reading, the path could lead there. The reading
only decides whether a path is refused; it is never sent.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

_ROUNDS: Final = 8
"""The number of decodings after which a path that still changes is refused."""

_PLAIN = re.compile(r"(?:/(?!\.)[a-z0-9_.~!$&'()*,=@-]+(?<!\.))*/?", re.ASCII)
_DOT_SEGMENT = re.compile(r"(?:\A|/)\.+(?:/|\Z)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WIDE_ESCAPE = re.compile(rb"%u([0-9a-fA-F]{4})", re.IGNORECASE)  # as IIS writes one
_SLASHES = re.compile(r"[/\\]+")
_END = re.compile(r"[;?#]|:[:$]")  # path parameters, query and fragment after decoding, NTFS streams

_AS_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys("\u2044\u2215\u29f8\u2571\u27cb", "/"),
        **dict.fromkeys("\u2216\u29f5\u29f9\u2572\u27cd\u00a5\u20a9", "\\"),  # in Japan and Korea, money is 0x5C
        "\u3002": ".",
        "\u0131": "i",
        **dict.fromkeys("\u115f\u1160\u2800\ufffd"),  # invisible letters and symbols
    }
)
"""Characters that a server may convert to ASCII beyond compatibility (NFKD), as Windows code pages do."""


def lenient_path(path: str) -> str | None:
    """Return the path as the most lenient server reads it; None when it is not UTF-8 or decodes further.

    The result has no percent-encoding at any depth. It is in lower case and without accents. Backslashes become
    slashes, and repeated slashes become one. It omits blanks and invisible characters, the part of each segment from a
    ";", "?" or "#" on, and dots at the end of a segment. Control characters and segments of dots alone remain.
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
        pass  # overlong forms, Latin-1: servers read them differently
    return None


def has_control_characters(read: str) -> bool:
    """Return whether a path, as `lenient_path` returns it, has a character that may end or hide a part of it."""
    return _CONTROL.search(read) is not None


def has_dot_segments(read: str) -> bool:
    """Return whether a path, as `lenient_path` returns it, has a segment of dots alone."""
    return _DOT_SEGMENT.search(read) is not None


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
