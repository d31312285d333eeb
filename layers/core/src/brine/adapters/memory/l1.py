"""Process memory (L1): bounded in bytes, what was used longest ago goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict


class L1[V]:
    """The Memory port. The caller says how many bytes a value is worth; their sum never exceeds `max_bytes`.

    max_entry_bytes: values above it are not kept. Threads may share it: the lock is held for a few dictionary steps.
    """

    def __init__(self, max_bytes: int, max_entry_bytes: int | None = None) -> None:
        self._max_bytes = max_bytes
        self._max_entry_bytes = max_bytes if max_entry_bytes is None else min(max_entry_bytes, max_bytes)
        self._entries: OrderedDict[tuple[str, str], tuple[V, int]] = OrderedDict()
        self._size = 0
        self._deletions = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """The sum of the sizes of what is kept, in bytes."""
        return self._size

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def moment(self) -> int:
        """How often something was deleted."""
        return self._deletions

    def get(self, key: tuple[str, str]) -> V | None:
        """The value, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: tuple[str, str], value: V, size: int, *, since: int | None = None) -> bool:
        """Keep the value, of `size` bytes. False when it is too large; what it would have replaced goes anyway."""
        with self._lock:
            self._forget(key)
            if since is not None and since != self._deletions:
                return True
            if size > self._max_entry_bytes:
                return False
            self._entries[key] = (value, size)
            self._size += size
            while self._size > self._max_bytes:
                self._size -= self._entries.popitem(last=False)[1][1]
            return True

    def delete(self, key: tuple[str, str]) -> None:
        """Forget the value, if there is one."""
        with self._lock:
            self._deletions += 1
            self._forget(key)

    def _forget(self, key: tuple[str, str]) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[1]
