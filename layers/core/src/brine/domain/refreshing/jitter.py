"""Jitter: what was stored together does not all become stale together.

It is drawn from the stored response itself, so that every process sees the same lifetime, and from the time of its last
exchange, so that what has become stale together once does not do so again.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse


def jittered(lifetime: float, stored: StoredResponse, part: float) -> float:
    """`lifetime`, longer or shorter by up to this part of it."""
    if not part:
        return lifetime
    drawn = sha256(f"{stored.route} {stored.target} {stored.response_time!r}".encode()).digest()
    return lifetime * (1 + part * (int.from_bytes(drawn[:4]) / 2**31 - 1))
