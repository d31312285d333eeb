"""Compresses bodies, and keeps the compressed form of stored bodies in process memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from brine.domain.bodies.stored_body import ZstdFrame
from brine.domain.compression.compressible import is_compressible
from brine_codec.envelope.compression import LARGEST_RATIO, ZstdFrames

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.compression.compressible import Compression
    from brine.ports.caching import Memory

ZSTD_LEVEL: Final = 3
GZIP_LEVEL: Final = 5
BROTLI_QUALITY: Final = 4
"""The levels. A higher one takes two to four times as long, and saves 2 to 6% (docs/decisions/0119)."""

_GZIP_FORMAT: Final = 31  # zlib's largest window, with the header of gzip, which then has no time


@dataclass(frozen=True, slots=True)
class CodedBody:
    """A body, and the same in a coding."""

    body: bytes
    coded: bytes


@dataclass(frozen=True, slots=True)
class BodyCompressor:
    """Compresses bodies in the codings of `available_codings`. `memory`: keeps compressed
    bodies; None for no memory."""

    memory: Memory[CodedBody] | None = None
    frames: ZstdFrames = field(default_factory=lambda: ZstdFrames(ZSTD_LEVEL))

    def coded(self, body: bytes, coding: str, *, is_kept: bool) -> bytes:
        """Return the body in a coding. is_kept: whether the same object may be the body of further answers."""
        if self.memory is None or not is_kept:
            return self._compressed(body, coding)
        # The identity of a stored body is cheaper than its hash, and holds as long as the entry refers to the body.
        key = (str(id(body)), coding)
        known = self.memory.get(key)
        if known is not None and known.body is body:
            return known.coded
        coded = self._compressed(body, coding)
        self.memory.put(key, CodedBody(body, coded), len(body) + len(coded) + 500)
        return coded

    def with_frame(self, stored: StoredResponse, compression: Compression) -> StoredResponse:
        """Return a response that is about to be stored, with its body as a frame of zstd too, if that saves enough."""
        body = stored.body
        if (
            not isinstance(body, bytes)
            or len(body) < compression.min_bytes
            or stored.zstd is not None
            or not is_compressible(stored.status, stored.fields, compression)
        ):
            return stored
        frame = self._compressed(body, "zstd")
        return replace(stored, frame=ZstdFrame(body, frame)) if len(frame) < LARGEST_RATIO * len(body) else stored

    def _compressed(self, body: bytes, coding: str) -> bytes:
        if coding == "zstd":
            (frame,) = self.frames.frame([body], len(body))
            return frame
        if coding == "gzip":
            import zlib  # noqa: PLC0415 - only answers in this coding need it

            gzip = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _GZIP_FORMAT)
            return gzip.compress(body) + gzip.flush()
        import brotli  # type: ignore[import-untyped]  # noqa: PLC0415 - only answers in this coding need it, and not every layer has it

        coded: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
        return coded


@cache
def available_codings() -> frozenset[str]:
    """Return the codings that this process can write: br only where the package `brotli` is installed."""
    from importlib.util import find_spec  # noqa: PLC0415 - once, for the first client that accepts a coding

    return frozenset({"gzip", "zstd"} if find_spec("brotli") is None else {"br", "gzip", "zstd"})
