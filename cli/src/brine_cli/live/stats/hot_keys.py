"""The most frequent keys of an endless stream, in bounded memory.

The algorithm is Space-Saving: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in
Data Streams", 2005. A key with more than 1 of `capacity` requests is always among the counted ones.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class HotKey:
    """A key and its count. The true count is at least `count - error`.

    hits: the hits since the key is counted, of `count - error` requests.
    """

    method: str
    target: str
    count: int
    error: int = 0
    hits: int = 0

    @property
    def hit_ratio(self) -> float:
        """The share of hits since the key is counted."""
        return self.hits / max(1, self.count - self.error)


class HotKeys:
    """The sketch. capacity: how many keys are counted at once."""

    def __init__(self, capacity: int = 512) -> None:
        self._capacity = capacity
        self._keys: dict[tuple[str, str], HotKey] = {}

    def add(self, method: str, target: str, *, is_hit: bool) -> None:
        """Count one request."""
        found = self._keys.get((method, target))
        if found is None:
            error = self._make_room()
            found = self._keys[method, target] = HotKey(method, target, error, error)
        found.count += 1
        found.hits += is_hit

    def top(self, count: int = 20) -> list[HotKey]:
        """Return the most frequent keys, the most frequent first."""
        return sorted(self._keys.values(), key=lambda key: (-key.count, key.target))[:count]

    def _make_room(self) -> int:
        """Remove the rarest key if there is no room, and return its count: the new key inherits it."""
        if len(self._keys) < self._capacity:
            return 0
        rarest = min(self._keys.values(), key=lambda key: key.count)
        del self._keys[rarest.method, rarest.target]
        return rarest.count
