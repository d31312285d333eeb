"""Reads the `transcoding` table of a route in routes.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.adapters.config.tables import TableReader
from brine.adapters.config.values import choice
from brine.adapters.config.variables import with_variables
from brine.domain.formats.media import Format
from brine.domain.routing.transcoding import Transcoding

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_FORMATS = {"json": Format.JSON, "msgpack": Format.MSGPACK, "sealed": Format.SEALED}


def transcoding_table(environment: Mapping[str, str]) -> TableReader:
    """Return the reader of a `transcoding` table."""
    a_format = choice(**_FORMATS)
    secret = with_variables(environment, 'the name or ARN of a secret, such as "${BRINE_SHOP_KEYS}"')
    return TableReader(
        {"origin": a_format, "requests": a_format, "origin_keys": secret, "client_keys": secret, "types": _types},
        required=("origin",),
        example='{ origin = "json" }',
        make=Transcoding,
        rules=(_origin_keys,),
    )


def _origin_keys(items: Mapping[str, Any], given: Collection[str]) -> None:
    if Format.SEALED in (items.get("origin"), items.get("requests")) and "origin_keys" not in given:
        raise ValueError('no "origin_keys". The gateway needs them to open and seal envelopes of the origin.')


def _types(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ValueError('not a list of names. Write names that types.toml declares, such as ["shop.Order"].')
