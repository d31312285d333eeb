"""Reads the key `compress` of a route."""

from __future__ import annotations

import re
from typing import Final

from brine.adapters.config.mistakes import read_list
from brine.adapters.config.tables import TableReader
from brine.adapters.config.values import texts, whole
from brine.domain.compression.compressible import Compression
from brine.domain.http.field_syntax import TOKEN

_MEDIA_TYPE: Final = re.compile(f"{TOKEN.pattern}/{TOKEN.pattern}")


def compression(value: object) -> Compression | None:
    """Return which responses of a route are compressed; None for none."""
    if isinstance(value, bool):
        return Compression() if value else None
    return COMPRESSION(value)  # type: ignore[no-any-return]  # as its `make` returns


def _media_types(value: object) -> frozenset[str]:
    types = tuple(media_type.lower() for media_type in texts(value))
    read_list(types, _check_media_type)
    return frozenset(types)


def _check_media_type(media_type: str) -> None:
    if not _MEDIA_TYPE.fullmatch(media_type) or "*" in media_type:
        raise ValueError(f'"{media_type}" is not a media type. Write its name alone, such as "application/pdf".')


COMPRESSION: Final = TableReader(
    {"min_bytes": whole(1, unit=" of bytes"), "types": _media_types},
    example="{ min_bytes = 4096 }, true or false",
    make=Compression,
)
