"""The key of a stored result, and its entry: the key with tenant and tags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from brine.domain.purging.stamps import result_stamp_names
from brine.domain.routing.tenant import NO_TENANT

type Key = str | tuple[object, ...]
"""A text, or a tuple of the values that `encode_key` accepts."""

_NAMESPACE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_LETTERS: Final = {str: b"s", bytes: b"b", int: b"i", float: b"f", bool: b"t", type(None): b"n"}
_INSTEAD: Final = {
    "list": "a tuple",
    "dict": "a tuple of its items, or a dataclass",
    "set": "a frozenset",
    "bytearray": "bytes",
    "memoryview": "bytes",
}
"""Values that can change while a function computes, and their immutable forms."""


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """The key, tenant and tags of a stored result. An operator can purge it by each of these."""

    key: str
    tenant: str = NO_TENANT
    tags: tuple[str, ...] = ()

    def stamp_names(self, others: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the names of all stamps that apply to this result. `others`: tags under which it was stored."""
        return result_stamp_names(self.key, self.tenant, tuple(dict.fromkeys((*self.tags, *others))))


def is_namespace(text: str) -> bool:
    """Return whether the text can be a namespace: no character has a meaning in a key or a policy pattern."""
    return _NAMESPACE.fullmatch(text) is not None


def result_key(*, namespace: str, tenant: str, cache: str, key: Key) -> str:
    """Return the namespace, "#", and the SHA-256 in hex of tenant, cache name and key.

    Raises TypeError for a value that cannot be part of a key. The namespace is readable, so that a role can be limited
    to it (docs/decisions/0088). The type and length of each other part go before it, so different keys never give the
    same bytes: 1, 1.0, True and "1" differ.
    """
    if type(key) not in (str, tuple):
        raise TypeError(f"a key is a text or a tuple, not {_type_name(key)}")
    digest = sha256(b"brine result key 1" + encode_key((tenant, cache, key))).hexdigest()
    return f"{namespace}#{digest}"


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

    return encode_value(value)


def framed(letter: bytes, *content: bytes) -> bytes:
    """Return the letter, the length of the content in 4 bytes, and the content."""
    joined = b"".join(content)
    return letter + len(joined).to_bytes(4) + joined


def unusable(value: object) -> TypeError:
    """Return the error for a value that cannot be part of a key. It shows the type, not the value."""
    instead = _INSTEAD.get(type(value).__name__, "a text, number, tuple, Enum or dataclass that identifies it")
    return TypeError(f"{_type_name(value)} cannot be part of a key: pass {instead}, or give `key`")


def _content(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if type(value) is int:
        return hex(value).encode()  # of any size, unlike the decimal form
    return repr(value).encode()


def _type_name(value: object) -> str:
    return f"a value of the type {type(value).__name__}"
