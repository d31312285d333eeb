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


def blocks_of(file: Path) -> Iterator[Block]:
    """Yield the blocks of a file. Raises CommandError."""
    with opened(file) as (content, raw):
        rest = b""
        while data := content.read(BLOCK):
            data = rest + data
            end = data.rfind(b"\n") + 1
            rest = data[end:]
            if end:
                yield Block(data[:end], raw.tell())
        if rest:
            yield Block(rest, raw.tell())
