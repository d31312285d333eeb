"""Jitter: responses that are stored together do not all become stale together.

It is computed from the stored response, so every process computes the same lifetime. It includes the time of the last
exchange, so responses that became stale together once do not do so again.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse


def jittered(lifetime: float, stored: StoredResponse, part: float) -> float:
    """Return `lifetime`, longer or shorter by at most the fraction `part`."""
    if not part:
        return lifetime
    drawn = sha256(f"{stored.route} {stored.target} {stored.response_time!r}".encode()).digest()
    return lifetime * (1 + part * (int.from_bytes(drawn[:4]) / 2**31 - 1))
