"""A body of which only the length is known."""

from __future__ import annotations

from functools import lru_cache
from typing import Self, SupportsIndex, overload


class SizedBody(bytes):
    """Bytes with a length and without content: a log has the size of a body alone. A slice of it holds zeros."""

    _size: int

    def __new__(cls, size: int) -> Self:
        body = super().__new__(cls)
        body._size = size
        return body

    def __len__(self) -> int:
        return self._size

    def __bool__(self) -> bool:
        return self._size > 0

    @overload
    def __getitem__(self, key: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> bytes: ...
    def __getitem__(self, key: SupportsIndex | slice) -> int | bytes:
        return bytes(len(range(*key.indices(self._size)))) if isinstance(key, slice) else 0


@lru_cache(maxsize=65_536)
def sized_body(size: int) -> SizedBody:
    """Return a body of so many bytes."""
    return SizedBody(size)
