"""Parts of the bytes of a key, and the error for a value that cannot be part of one."""

from __future__ import annotations

from typing import Final

_INSTEAD: Final = {
    "list": "a tuple",
    "dict": "a tuple of its items, or a dataclass",
    "set": "a frozenset",
    "bytearray": "bytes",
    "memoryview": "bytes",
}
"""Values that can change while a function computes, and their immutable forms."""


def framed(letter: bytes, *content: bytes) -> bytes:
    """Return the letter, the length of the content in 4 bytes, and the content."""
    joined = b"".join(content)
    return letter + len(joined).to_bytes(4) + joined


def unusable(value: object) -> TypeError:
    """Return the error for a value that cannot be part of a key. It shows the type, not the value."""
    instead = _INSTEAD.get(type(value).__name__, "a text, number, tuple, Enum or dataclass that identifies it")
    return TypeError(f"{type_name(value)} cannot be part of a key: pass {instead}, or give `key`")


def type_name(value: object) -> str:
    """Return the type of a value, as errors name it."""
    return f"a value of the type {type(value).__name__}"
