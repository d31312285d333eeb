"""The seal: HKDF-SHA256 (RFC 5869) derives a key for each purpose, HMAC-SHA256 (RFC 2104) makes the tag.

The two hash states of HMAC are prepared once and copied for each tag. This halves the cost for small data.
"""

from __future__ import annotations

import hashlib

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Buffer

TAG_SIZE = 32
_BLOCK = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Mac:
    """HMAC-SHA256 under one key."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        if len(key) > _BLOCK:
            key = hashlib.sha256(key).digest()
        block = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def tag(self, *parts: Buffer) -> bytes:
        """Return the tag of the joined parts: 32 bytes."""
        inner = self._inner.copy()
        for part in parts:
            inner.update(part)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


def extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract: return a pseudorandom key of 32 bytes."""
    return Mac(salt).tag(secret)


def expand(prk: bytes, info: bytes) -> bytes:
    """HKDF-Expand for one block: return 32 bytes."""
    return Mac(prk).tag(info, b"\x01")
