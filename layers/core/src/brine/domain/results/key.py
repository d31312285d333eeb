"""The key of a stored result: what makes two computations the same to the cache; and its place, which has more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from brine.domain.purging.stamps import result_stamp_names
from brine.domain.routing.tenant import NOBODY

type Plain = str | bytes | int | float | bool | tuple[Plain, ...] | None
type Key = str | tuple[Plain, ...]

_NAMESPACE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_LETTERS: Final = {str: b"s", bytes: b"b", int: b"i", float: b"f", bool: b"t", type(None): b"n"}


@dataclass(frozen=True, slots=True)
class ResultPlace:
    """What is stored under one key, whose it is, and the tags that it has: by each of them it can be purged."""

    key: str
    tenant: str = NOBODY
    tags: tuple[str, ...] = ()

    def stamp_names(self, others: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The names of all stamps that count for a result here, which may have been stored under other tags."""
        return result_stamp_names(self.key, self.tenant, tuple(dict.fromkeys((*self.tags, *others))))


def is_namespace(text: str) -> bool:
    """Whether the text may name a part of the table: no sign in it means anything in a key or a policy's pattern."""
    return _NAMESPACE.fullmatch(text) is not None


def result_key(*, namespace: str, tenant: str, cache: str, key: Key) -> str:
    """The namespace, "#", and the SHA-256 in hex of tenant, name of the cache and key. May raise TypeError.

    The namespace is in the clear, so that a role can be confined to it (docs/decisions/0088). Each other part has its
    type and length before it, so no two keys give the same bytes: 1, 1.0, True and "1" differ.
    """
    if type(key) not in (str, tuple):
        raise TypeError(f"a key is a text or a tuple of plain values, not {_called(key)}")
    digest = sha256(b"brine result key 1" + encoded((tenant, cache, key))).hexdigest()
    return f"{namespace}#{digest}"


def encoded(value: Plain) -> bytes:
    """The bytes of a plain value: a letter for its type, its length, its content."""
    if type(value) is tuple:
        parts = b"".join(encoded(part) for part in value)
        return b"(" + len(value).to_bytes(4) + parts
    letter = _LETTERS.get(type(value))
    if letter is None:
        raise TypeError(
            f"{_called(value)} cannot be part of a key: only text, bytes, numbers, booleans, None and tuples"
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


def _called(value: object) -> str:
    return f"a value of the type {type(value).__name__}"
