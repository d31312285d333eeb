"""Process memory (L1): bounded in bytes; the least recently used value is dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict


class L1[V]:
    """The Memory port. The caller estimates the bytes of each value; their sum never exceeds `max_bytes`.

    max_entry_bytes: the largest value that is kept. Threads may share an L1: each call locks it for a few dictionary
    operations.
    """

    def __init__(self, max_bytes: int, max_entry_bytes: int | None = None) -> None:
        self._max_bytes = max_bytes
        self._max_entry_bytes = max_bytes if max_entry_bytes is None else min(max_entry_bytes, max_bytes)
        self._entries: OrderedDict[tuple[str, str], tuple[V, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Return the sum of the sizes of all values, in bytes."""
        return self._size

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: tuple[str, str]) -> V | None:
        """Return the value, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def peek(self, key: tuple[str, str]) -> V | None:
        """Return the value, or None, and leave the order of use as it is."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: tuple[str, str], value: V, size: int) -> bool:
        """Keep the value, of `size` bytes. Return False if it is too large; the value before it is dropped anyway."""
        with self._lock:
            self._forget(key)
            if size > self._max_entry_bytes:
                return False
            self._entries[key] = (value, size)
            self._size += size
            while self._size > self._max_bytes:
                self._size -= self._entries.popitem(last=False)[1][1]
            return True

    def delete(self, key: tuple[str, str]) -> None:
        """Drop the value, if there is one."""
        with self._lock:
            self._forget(key)

    def clear(self) -> None:
        """Drop all values."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def _forget(self, key: tuple[str, str]) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[1]
