"""The key of a stored result, and its entry: the key with tenant and tags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from brine.domain.purging.stamps import result_stamp_names
from brine.domain.routing.tenant import NO_TENANT

type Plain = str | bytes | int | float | bool | tuple[Plain, ...] | None
type Key = str | tuple[Plain, ...]

_NAMESPACE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_LETTERS: Final = {str: b"s", bytes: b"b", int: b"i", float: b"f", bool: b"t", type(None): b"n"}


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

    Raises TypeError for a key that is not plain. The namespace is readable, so that a role can be limited to it
    (docs/decisions/0088). The type and length of each other part go before it, so different keys never give the same
    bytes: 1, 1.0, True and "1" differ.
    """
    if type(key) not in (str, tuple):
        raise TypeError(f"a key is a text or a tuple of plain values, not {_type_name(key)}")
    digest = sha256(b"brine result key 1" + encode_key((tenant, cache, key))).hexdigest()
    return f"{namespace}#{digest}"


def encode_key(value: Plain) -> bytes:
    """Return a plain value as bytes: a letter for its type, its length, its content."""
    if type(value) is tuple:
        parts = b"".join(encode_key(part) for part in value)
        return b"(" + len(value).to_bytes(4) + parts
    letter = _LETTERS.get(type(value))
    if letter is None:
        raise TypeError(
            f"{_type_name(value)} cannot be part of a key: only text, bytes, numbers, booleans, None and tuples"
        )
    content = _content(value)
    return letter + len(content).to_bytes(4) + content


def _content(value: Plain) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if type(value) is int:
        return hex(value).encode()  # of any size, unlike the decimal form
    return repr(value).encode()


def _type_name(value: object) -> str:
    return f"a value of the type {type(value).__name__}"
