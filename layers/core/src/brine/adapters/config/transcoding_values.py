"""The `transcoding` table of a route in routes.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.domain.formats.media import Format
from brine.domain.routing.transcoding import Transcoding

if TYPE_CHECKING:
    from brine.adapters.config.route_values import Readers

_FORMATS = {"json": Format.JSON, "msgpack": Format.MSGPACK, "sealed": Format.SEALED}


def read_transcoding(values: dict[str, Any]) -> Transcoding:
    """What a table settles, its values read. Raises ValueError with the rest of a sentence that begins with the key."""
    if "origin" not in values:
        raise ValueError('does not say which format the origin speaks, such as { origin = "json" }')
    transcoding = Transcoding(**values)
    if Format.SEALED in (transcoding.origin, transcoding.request_format) and transcoding.origin_keys is None:
        raise ValueError('has no "origin_keys", without which envelopes of the origin cannot be opened')
    return transcoding


def _format(value: object) -> Format:
    if isinstance(value, str) and value in _FORMATS:
        return _FORMATS[value]
    raise ValueError(f"must be one of {', '.join(_FORMATS)}")


def _secret(value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise ValueError('must be the name or ARN of a secret, such as "${BRINE_SHOP_KEYS}"')


def _types(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ValueError("must be a list of names that types.toml declares")


TRANSCODING: Readers = {
    "origin": _format,
    "requests": _format,
    "origin_keys": _secret,
    "client_keys": _secret,
    "types": _types,
}
