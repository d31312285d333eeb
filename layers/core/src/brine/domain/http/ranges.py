"""Range requests, answered from a stored or received body (RFC 9110 section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

MAX_RANGES = 16
"""A request with more ranges, or with overlapping ones, gets the whole representation (section 14.2)."""

MAX_POSITION = 10**18 - 1
"""The largest position of a byte that the gateway reads."""

_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18})")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A byte range from `first` to `last`, both included.

    Without `last`, it goes to the end. Without `first`, it is the last `last` bytes.
    """

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A slice of a representation: body[start:stop].

    `first` is the position of its first byte in the complete representation. `complete` is the length of that, if
    known.
    """

    start: int
    stop: int
    first: int
    complete: int | None

    @property
    def content_range(self) -> str:
        """The Content-Range value (section 14.4)."""
        complete = "*" if self.complete is None else self.complete
        return f"bytes {self.first}-{self.first + self.stop - self.start - 1}/{complete}"


@dataclass(frozen=True, slots=True)
class ContentRange:
    """The content of a Content-Range: bytes `first` to `last`, both included, of `complete` (None: unknown)."""

    first: int
    last: int
    complete: int | None

    def __len__(self) -> int:
        return self.last - self.first + 1


def parse_range(text: str) -> tuple[ByteRange, ...] | None:
    """Return the byte ranges of a Range value; None when it must be ignored (section 14.2)."""
    unit, equals, specifiers = text.partition("=")
    if unit.lower() != "bytes" or not equals:
        return None
    ranges = []
    for specifier in specifiers.split(","):
        stripped = specifier.strip(" \t")
        if not stripped:
            continue
        match = _RANGE.fullmatch(stripped)
        if match is None:
            return None
        first, last, suffix = (None if group is None else int(group) for group in match.groups())
        if first is not None and last is not None and last < first:
            return None
        ranges.append(ByteRange(first, suffix if first is None else last))
    return tuple(ranges) or None


def pieces_of_complete(text: str, size: int) -> tuple[Piece, ...] | None:
    """Return the requested pieces of a complete representation.

    None: ignore the Range and send the whole. Empty: no requested byte exists (416).
    """
    ranges = parse_range(text)
    if ranges is None or len(ranges) > MAX_RANGES:
        return None
    pieces = []
    for wanted in ranges:
        if wanted.first is None:
            start, stop = max(0, size - (wanted.last or 0)), size
        else:
            start, stop = wanted.first, size if wanted.last is None else min(wanted.last + 1, size)
        if start < stop:
            pieces.append(Piece(start, stop, start, size))
    return None if _overlap(pieces) else tuple(pieces)


def piece_of_partial(text: str, extent: ContentRange, size: int) -> Piece | None:
    """Return the requested piece of a stored part; None when the part lacks a byte of it.

    The Range must have one range. `size` is the number of bytes of the part that are stored: an origin may have sent
    fewer than its Content-Range says. Then positions count from the end that the range names, and only stored bytes are
    sent.
    """
    ranges = parse_range(text)
    if ranges is None or len(ranges) != 1:
        return None
    wanted = ranges[0]
    if wanted.first is None:
        return _suffix_of_part(wanted.last or 0, extent, size)
    if extent.complete is not None:
        end = extent.complete - 1 if wanted.last is None else min(wanted.last, extent.complete - 1)
    elif wanted.last is not None:
        end = wanted.last
    else:
        return None
    if wanted.first < extent.first or end > extent.last:
        return None
    start, stop = wanted.first - extent.first, min(end - extent.first + 1, size)
    return Piece(start, stop, wanted.first, extent.complete) if start < stop else None


def _suffix_of_part(length: int, extent: ContentRange, size: int) -> Piece | None:
    if extent.complete is None or extent.last != extent.complete - 1:
        return None
    length = min(length, extent.complete)
    if length > len(extent):
        return None
    start = max(0, size - length)
    return Piece(start, size, extent.complete - (size - start), extent.complete) if start < size else None


def refuses_ranges(fields: Fields) -> bool:
    """Return whether the origin says that it does not support ranges of this representation (section 14.3)."""
    return fields.get("accept-ranges", "").strip(" \t").lower() == "none"


def limited_range(text: str, most: int) -> str:
    """Return a Range value for at most `most` bytes. A value with several ranges, or none, is returned as it is.

    A server may send a part of the requested range; Content-Range tells the client (section 15.3.7).
    """
    ranges = parse_range(text)
    if ranges is None or len(ranges) != 1:
        return text
    [wanted] = ranges
    if wanted.first is None:
        return f"bytes=-{most}" if (wanted.last or 0) > most else text
    last = wanted.first + most - 1
    if last > MAX_POSITION or (wanted.last is not None and wanted.last <= last):
        return text
    return f"bytes={wanted.first}-{last}"


def parse_content_range(text: str | None) -> ContentRange | None:
    """Parse a Content-Range; None when it is missing, invalid, or for an unsatisfied range."""
    match = None if text is None else _CONTENT_RANGE.fullmatch(text.strip(" \t"))
    if match is None:
        return None
    first, last = int(match[1]), int(match[2])
    complete = None if match[3] == "*" else int(match[3])
    if last < first or (complete is not None and complete <= last):
        return None
    return ContentRange(first, last, complete)


def multipart(body: bytes, pieces: tuple[Piece, ...], content_type: str | None) -> tuple[str, bytes]:
    """Return Content-Type and body of an answer with several ranges (section 14.6).

    The boundary is a digest of the body: no one can make a text that contains its own digest.
    """
    boundary = sha256(body).hexdigest()[:32]
    type_line = f"content-type: {content_type}\r\n" if content_type else ""
    parts = bytearray()
    for piece in pieces:
        parts += f"--{boundary}\r\n{type_line}content-range: {piece.content_range}\r\n\r\n".encode("latin-1")
        parts += body[piece.start : piece.stop]
        parts += b"\r\n"
    parts += f"--{boundary}--\r\n".encode("latin-1")
    return f"multipart/byteranges; boundary={boundary}", bytes(parts)


def _overlap(pieces: list[Piece]) -> bool:
    ordered = sorted(pieces, key=lambda piece: piece.start)
    return any(one.stop > other.start for one, other in pairwise(ordered))
