"""Reads the `transcoding` table of a route in routes.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.adapters.config.tables import TableReader, with_variables
from brine.adapters.config.values import choice
from brine.domain.formats.media import Format
from brine.domain.routing.transcoding import Transcoding

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMATS = {"json": Format.JSON, "msgpack": Format.MSGPACK, "sealed": Format.SEALED}


def transcoding_table(environment: Mapping[str, str]) -> TableReader:
    """Return the reader of a `transcoding` table."""
    a_format = choice(**_FORMATS)
    secret = with_variables(environment, 'the name or ARN of a secret, such as "${BRINE_SHOP_KEYS}"')
    return TableReader(
        {"origin": a_format, "requests": a_format, "origin_keys": secret, "client_keys": secret, "types": _types},
        required=("origin",),
        example='{ origin = "json" }',
        make=_transcoding,
    )


def _transcoding(**items: Any) -> Transcoding:
    transcoding = Transcoding(**items)
    if Format.SEALED in (transcoding.origin, transcoding.request_format) and transcoding.origin_keys is None:
        raise ValueError('no "origin_keys". The gateway needs them to open and seal envelopes of the origin.')
    return transcoding


def _types(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ValueError('not a list of names. Write names that types.toml declares, such as ["shop.Order"].')
