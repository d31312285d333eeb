"""The first 32 bytes of an envelope (docs/envelope-format.md)."""

from __future__ import annotations

from struct import Struct

from brine_codec.errors import Malformed

MAGIC = b"\xf5BR\x01"  # 0xF5 never occurs in UTF-8; the last byte is the version of the format
SUITE_HMAC_SHA256 = 1
COMPRESSION_NONE, COMPRESSION_ZLIB, COMPRESSION_ZSTD = 0, 1, 2
KIND_BUFFERS, KIND_TREE = 1, 2
"""Bits of the kind: the content has buffers; the pickle is a tree stream, not a graph stream."""
LARGEST_U32 = 2**32 - 1

SIZE = 32
LAYOUT = Struct(">4sBBBBIIIIII")
KEY_ID = Struct(">I")


class Info:
    """A verified header. Times are whole seconds since 1970, `expires_at` 0 means never, sizes are in bytes."""

    __slots__ = ("compression", "expires_at", "issued_at", "key_id", "kind", "schema", "sealed_size", "size")

    def __init__(self, sealed: bytes) -> None:
        _, _, compression, kind, flags, key_id, issued_at, expires_at, schema, size, dictionary = LAYOUT.unpack_from(
            sealed
        )
        if flags or dictionary or kind > KIND_BUFFERS | KIND_TREE or compression > COMPRESSION_ZSTD:
            raise Malformed("the header has a flag or a kind that this version does not support")
        self.compression: int = compression
        self.kind: int = kind
        self.key_id: int = key_id
        self.issued_at: int = issued_at
        self.expires_at: int = expires_at
        self.schema: int = schema
        self.size: int = size
        self.sealed_size = len(sealed)
