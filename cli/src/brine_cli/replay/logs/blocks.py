"""Files of logs, in blocks of whole lines. Files that begin as gzip does are decompressed."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final, NamedTuple, cast

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK: Final = 1 << 20
LONGEST_LINE: Final = 1 << 18
"""Characters of a line. The rest of a longer one is not kept: a small file can decompress to a line of any length."""
_BYTES_OF_CHARACTER: Final = 4
LARGEST_DOCUMENT: Final = 500_000_000
"""Bytes of a log that is one document, decompressed: it is in memory as a whole."""
HEAD: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"


class Block(NamedTuple):
    """Whole lines of a file. `position`: how many bytes of the file on disk have been read by now."""

    data: bytes
    position: int


@contextmanager
def opened(file: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Open a file, and yield its decompressed content and the file on disk. Raises CommandError."""
    try:
        with file.open("rb") as raw:
            is_gzip = raw.peek(2)[:2] == _GZIP
            content = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_gzip else raw
            yield content, raw
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{file}: the log cannot be read: {reason}. Check the file.") from None


def head_of(file: Path) -> str:
    """Return the beginning of a file. Raises CommandError."""
    with opened(file) as (content, _):
        return content.read(HEAD).decode("utf-8", "replace")


def document_in(file: Path, largest: int = LARGEST_DOCUMENT) -> tuple[str, int]:
    """Return the content of a file as a whole, and its bytes on disk. Raises CommandError, also above `largest`."""
    with opened(file) as (content, raw):
        data = content.read(largest + 1)
        if len(data) > largest:
            raise CommandError(
                f"{file}: the document has more than {largest:,} bytes. Split it, or write a line of JSON for "
                "each request."
            )
        return data.decode("utf-8", "replace"), raw.tell()


def blocks_of(file: Path) -> Iterator[Block]:
    """Yield the blocks of a file. Raises CommandError."""
    with opened(file) as (content, raw):
        rest = b""
        while data := content.read(BLOCK):
            data = rest + data
            end = data.rfind(b"\n") + 1
            rest = data[end:][: LONGEST_LINE * _BYTES_OF_CHARACTER + 1]
            if end:
                yield Block(data[:end], raw.tell())
        if rest:
            yield Block(rest, raw.tell())
