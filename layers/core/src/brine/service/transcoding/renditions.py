"""The version of the renditions of a route, for their entity tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types

WRITERS: Final = 1
"""The version of the JSON and MessagePack writers. Entity-tags contain it, because other versions write other bytes."""


def types_version(types: Types) -> str:
    """Return the version of renditions that these types give, for their entity tags."""
    return f"{WRITERS}-{crc32(repr(types.registry.tags).encode()):08x}"
