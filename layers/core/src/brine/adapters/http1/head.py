"""Parses the head of a response: status line and fields (RFC 9112 sections 4 and 5)."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from brine.adapters.http1.errors import BadResponse, ResponseTooLarge
from brine.domain.http.field_syntax import TOKEN

_STATUS_LINE = re.compile(r"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: .*)?")
_DIGITS = re.compile(r"[0-9]+")
_BLANKS = " \t"

type Framing = int | Literal["none", "chunked", "until-close"]
"""The end of a body: its length, no body at all, the last chunk, or the end of the connection."""


class Head(NamedTuple):
    """Minor version, status and field lines. Names are in lower case. A character of a value is a byte (ISO-8859-1)."""

    minor: int
    status: int
    lines: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """Return the members of every line called `name`: split at commas, stripped, in lower case."""
        return [
            member.strip(_BLANKS).lower() for own, value in self.lines if own == name for member in value.split(",")
        ]


def parse_head(data: bytes) -> Head:
    """Read a head without its closing empty line. Lines may end in CRLF or LF. Raises BadResponse.

    A folded value becomes one line (RFC 9112 section 5.2); a name loses the blanks before its colon (section 5.1).
    """
    text = data.decode("iso-8859-1").replace("\r\n", "\n").removesuffix("\r")
    if "\r" in text or "\0" in text:
        raise BadResponse("a bare CR or a NUL in the head")
    status_line, *rest = text.split("\n")
    status = _STATUS_LINE.fullmatch(status_line)
    if status is None:
        raise BadResponse("no HTTP/1 status line")
    lines: list[tuple[str, str]] = []
    for line in rest:
        if line[:1] in _BLANKS:
            if not lines:
                raise BadResponse("a folded line before the first field")
            name, value = lines[-1]
            lines[-1] = (name, f"{value} {line.strip(_BLANKS)}".strip(_BLANKS))
            continue
        name, colon, value = line.partition(":")
        name = name.rstrip(_BLANKS)
        if not colon or TOKEN.fullmatch(name) is None:
            raise BadResponse("a line that is not a field")
        lines.append((name.lower(), value.strip(_BLANKS)))
    return Head(int(status[1]), int(status[2]), tuple(lines))


def framing(method: str, head: Head) -> Framing:
    """Return where the body ends (RFC 9112 section 6.3).

    Raises BadResponse if two readers could disagree about it, and ResponseTooLarge for an absurd length.
    """
    if method == "HEAD" or head.status in (204, 304):
        return "none"
    codings = head.values("transfer-encoding")
    lengths = head.values("content-length")
    if codings:
        # With a length beside it, two readers could see two bodies; in HTTP/1.0 chunks do not exist (section 6.1).
        if lengths or head.minor == 0 or codings != ["chunked"]:
            raise BadResponse("Transfer-Encoding that is not plain chunked, or contradicts the rest")
        return "chunked"
    if not lengths:
        return "until-close"
    length = lengths[0]
    if lengths.count(length) != len(lengths) or _DIGITS.fullmatch(length) is None:
        raise BadResponse("Content-Length that is not one number")
    if len(length) > 18:
        raise ResponseTooLarge("a Content-Length of more than 18 digits")
    return int(length)


def keeps_alive(head: Head) -> bool:
    """Return whether the peer keeps the connection open (RFC 9112 section 9.3). For HTTP/1.0 this is False."""
    return head.minor > 0 and "close" not in head.values("connection")
