"""Compression of the content where it saves enough, and decompression within the stated size."""

from __future__ import annotations

import sys
import zlib

from brine_codec.envelope.header import COMPRESSION_NONE, COMPRESSION_ZLIB, COMPRESSION_ZSTD
from brine_codec.errors import Malformed

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Literal

    from backports.zstd import ZstdCompressor

    type Chunk = bytes | memoryview
    type Choice = Literal["auto", "zstd", "zlib", "none"]

SMALLEST = 2_048  # for less, the fixed 10 us of zstd cost more than the saved bytes
SAMPLED_FROM = 262_144  # from here on, compress samples of the content first
SAMPLE = 16_384
LARGEST_RATIO = 0.9
WINDOW_LOG = 26  # 64 MiB, the largest content by default; a frame that needs a larger window is refused


def _zstd() -> ModuleType:
    """Return the binding to zstd. Importing it takes 9 ms, and small items never need it."""
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - imported late, see above
    else:
        from backports import zstd  # noqa: PLC0415 - imported late, see above
    return zstd


class ZstdFrames:
    """Makes frames of zstd at one level, each with the size of its content.

    Zstd contexts take long to make, so they are kept in a list. Pop and append of a list are atomic.
    """

    __slots__ = ("_idle", "_level")

    def __init__(self, level: int) -> None:
        self._level = level
        self._idle: list[ZstdCompressor] = []

    def frame(self, chunks: Sequence[Chunk], size: int) -> list[bytes]:
        """Return the chunks of one frame. size: bytes of all chunks of the content together."""
        try:
            compressor = self._idle.pop()
        except IndexError:
            compressor = _zstd().ZstdCompressor(level=self._level)
        compressor.set_pledged_input_size(size)
        packed = [compressor.compress(chunk, compressor.CONTINUE) for chunk in chunks[:-1]]
        packed.append(compressor.compress(chunks[-1], compressor.FLUSH_FRAME))
        self._idle.append(compressor)
        return packed


class Compressor:
    """Compresses content by one method."""

    __slots__ = ("_choice", "_frames")

    def __init__(self, choice: Choice) -> None:
        if choice not in ("auto", "zstd", "zlib", "none"):
            raise ValueError(f"no such compression: {choice!r}")
        self._choice = choice
        self._frames = ZstdFrames(level=1)

    def compress(self, chunks: Sequence[Chunk], size: int) -> tuple[int, Sequence[Chunk]]:
        """Return the number of the compression, and the compressed chunks.

        size: bytes of all chunks together.

        The chunks are returned unchanged, with COMPRESSION_NONE, if compression would save little.
        """
        if size < SMALLEST or self._choice == "none":
            return COMPRESSION_NONE, chunks
        number, pack = (
            (COMPRESSION_ZLIB, _deflate) if self._choice == "zlib" else (COMPRESSION_ZSTD, self._frames.frame)
        )
        if size >= SAMPLED_FROM and not _shrinks(chunks, size, pack):
            return COMPRESSION_NONE, chunks
        packed = pack(chunks, size)
        return (number, packed) if sum(map(len, packed)) < LARGEST_RATIO * size else (COMPRESSION_NONE, chunks)


def _deflate(chunks: Sequence[Chunk], size: int) -> list[bytes]:  # noqa: ARG001 - the same parameters as for zstd, which needs the size
    compressor = zlib.compressobj(1)
    return [*map(compressor.compress, chunks), compressor.flush()]


def _shrinks(chunks: Sequence[Chunk], size: int, pack: Callable[[Sequence[Chunk], int], list[bytes]]) -> bool:
    """Return whether three samples of the content compress well."""
    last = size - SAMPLE
    sample = b"".join(_slice(chunks, start, start + SAMPLE) for start in (0, last // 2, last))
    return sum(map(len, pack([sample], len(sample)))) < LARGEST_RATIO * len(sample)


def _slice(chunks: Sequence[Chunk], start: int, stop: int) -> bytes:
    """Return the content from `start` to `stop` without joining all chunks."""
    parts = []
    for chunk in chunks:
        parts.append(chunk[max(start, 0) : max(stop, 0)])
        start -= len(chunk)
        stop -= len(chunk)
    return b"".join(parts)


def decompress(number: int, packed: bytes | memoryview, size: int) -> bytes:
    """Return the content. Raises Malformed unless it has exactly `size` bytes; never takes more memory than that."""
    return _inflate(packed, size) if number == COMPRESSION_ZLIB else _unframe(packed, size)


def _inflate(packed: bytes | memoryview, size: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(packed, size) if size else b""
    except zlib.error:
        content = b""
    if len(content) != size or not inflater.eof or inflater.unused_data:
        raise Malformed("the compressed content does not have the size in its header")
    return content


def _unframe(packed: bytes | memoryview, size: int) -> bytes:
    zstd = _zstd()
    content = b""
    try:
        frame = zstd.get_frame_info(packed)
        # Decompressors have ignored an output limit if the frame states a size, so this compares the size first.
        if frame.decompressed_size == size and not frame.dictionary_id:
            unpacker = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})
            content = unpacker.decompress(packed, size)
            if not unpacker.eof or unpacker.unused_data:
                content = b""
    except zstd.ZstdError:
        content = b""
    if not content or len(content) != size:
        raise Malformed("the compressed content does not have the size in its header")
    return content
