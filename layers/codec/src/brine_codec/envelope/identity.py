"""The id of an envelope: who has the same bytes, has the same id."""

from __future__ import annotations

_BYTES = 16


def envelope_id(digest: bytes) -> str:
    """Return the id of the envelope with this SHA-256: 32 hexadecimal digits, the first 128 bits of it."""
    return digest[:_BYTES].hex()
