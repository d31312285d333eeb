"""The responses that the gateway may compress (RFC 9110 sections 7.7 and 8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

MIN_BYTES: Final = 1_024
"""The smallest body that is compressed by default. Less would hardly save a network packet."""

_TYPES: Final = frozenset(
    {
        *("application/cbor", "application/ecmascript", "application/graphql", "application/javascript"),
        *("application/json", "application/jsonl", "application/msgpack", "application/ndjson"),
        *("application/sql", "application/toml", "application/vnd.apple.mpegurl", "application/vnd.ms-fontobject"),
        *("application/vnd.msgpack", "application/wasm", "application/x-javascript", "application/x-msgpack"),
        *("application/x-ndjson", "application/x-protobuf", "application/xml", "application/yaml"),
        *("font/otf", "font/ttf", "image/bmp", "image/vnd.microsoft.icon", "image/x-icon", "model/gltf+json"),
    }
)
"""Types that shrink much. Of fonts, WOFF and WOFF2 are compressed already, as are most images."""
_TYPE_ENDS: Final = ("+json", "+xml", "+yaml", "+cbor")

_NEVER: Final = frozenset({204, 205, 304})
"""Statuses of responses without content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compression:
    """The responses of a route that the gateway compresses. `types`: media types in lower case besides the usual ones.

    `min_bytes`: the smallest body.
    """

    min_bytes: int = MIN_BYTES
    types: frozenset[str] = frozenset()


def is_compressible(status: int, fields: Fields, compression: Compression) -> bool:
    """Return whether a response with these fields may be compressed. The size of its body is another question.

    The origin has not compressed it, permits a transformation, and gives a type that shrinks.
    """
    if status in _NEVER:
        return False
    content_type = ""
    for name, value in fields.lines:
        if name == "content-type":
            content_type = value
        elif name == "content-encoding" or (
            # Within a quoted value, it is no directive. Then the gateway compresses too little, and never too much.
            name.endswith("cache-control") and "no-transform" in value.lower()
        ):
            return False
    return _shrinks(content_type, compression.types)


@lru_cache(maxsize=256)
def _shrinks(content_type: str, types: frozenset[str]) -> bool:
    media_type = content_type.partition(";")[0].strip(" \t").lower()
    return (
        media_type.startswith("text/") or media_type in _TYPES or media_type in types or media_type.endswith(_TYPE_ENDS)
    )
