"""The `transcode` table of a route in routes.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from brine.domain.formats.media import Format
from brine.domain.transcoding import Transcoding

if TYPE_CHECKING:
    from collections.abc import Callable

_FORMATS = {"json": Format.JSON, "msgpack": Format.MSGPACK, "sealed": Format.SEALED}
_KEYS = ("client_keys", "origin", "origin_keys", "requests", "types")


class Fail(Protocol):
    """Raises the error about what lies under these keys of the table."""

    def __call__(self, keys: tuple[str, ...], message: str) -> NoReturn: ...


def read_transcoding(table: dict[str, Any], fail: Fail, fill: Callable[[str, str], str]) -> Transcoding:
    """What a table settles. `fill` puts the environment's values into the text under a key."""
    for key in table:
        if key not in _KEYS:
            fail((key,), f'unknown key "{key}"; "transcode" knows {", ".join(_KEYS)}')
    if "origin" not in table:
        fail((), '"transcode" does not say which format the origin speaks: { origin = "json" }')
    transcoding = Transcoding(**{key: _value(key, value, fail, fill) for key, value in table.items()})
    if Format.SEALED in (transcoding.origin, transcoding.sent) and transcoding.origin_keys is None:
        fail((), '"transcode" has no "origin_keys", and envelopes of the origin cannot be opened without them')
    return transcoding


def _value(key: str, value: object, fail: Fail, fill: Callable[[str, str], str]) -> object:
    if key == "types":
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            fail((key,), '"transcode.types" must be a list of names that types.toml declares')
        return tuple(value)
    if not isinstance(value, str) or not value:
        fail((key,), f'"transcode.{key}" must be text')
    if key in {"origin_keys", "client_keys"}:
        return fill(key, value)
    if value not in _FORMATS:
        fail((key,), f'"transcode.{key}" must be one of {", ".join(_FORMATS)}')
    return _FORMATS[value]
