"""The id of an envelope, which is the same for the same bytes."""

from __future__ import annotations

_BYTES = 16


def envelope_id(digest: bytes) -> str:
    """Return the id of the envelope with this SHA-256: its first 128 bits as 32 hexadecimal digits."""
    return digest[:_BYTES].hex()
