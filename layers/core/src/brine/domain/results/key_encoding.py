"""The bytes of the values in a key."""

from __future__ import annotations

from typing import Final

from brine.domain.results.key_frames import framed

_LETTERS: Final = {str: b"s", bytes: b"b", int: b"i", float: b"f", bool: b"t", type(None): b"n"}


def encode_key(value: object) -> bytes:
    """Return a value as bytes: a letter for its type, its length, its content.

    Accepted are text, bytes, numbers, booleans, None, dates, times, timedeltas, UUIDs, Decimals, Enum members, classes,
    paths, frozensets and tuples; NamedTuples, dataclasses, attrs classes, pydantic models and msgspec Structs of these.
    The class must match exactly: a subclass of `str` is refused. Raises TypeError for any other value.
    """
    if type(value) is tuple:
        parts = b"".join(map(encode_key, value))
        return b"(" + len(value).to_bytes(4) + parts
    letter = _LETTERS.get(type(value))
    if letter is not None:
        return framed(letter, _content(value))
    from brine.domain.results.key_values import encode_value  # noqa: PLC0415 - most keys have plain values only

    return encode_value(value, encode_key)


def _content(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if type(value) is int:
        return hex(value).encode()  # of any size, unlike the decimal form
    return repr(value).encode()
