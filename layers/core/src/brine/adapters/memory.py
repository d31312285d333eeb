"""The stores in memory: for tests, and for a gateway that needs nothing to outlive it. Threads may share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.ports import Item


class MemoryItemStore:
    """The ItemStore port on a dictionary, each of whose operations is atomic. `items` may be looked at and changed."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}

    def read(self, pk: str, sk: str) -> Item | None:
        """The item, or None."""
        return self.items.get((pk, sk))

    def write(self, pk: str, sk: str, item: Item) -> None:
        """Put the item, replacing any."""
        self.items[pk, sk] = item

    def delete(self, pk: str, sk: str) -> None:
        """Remove the item; no error when there is none."""
        self.items.pop((pk, sk), None)


class MemoryBodyStore:
    """The BodyStore port on a dictionary. `bodies` may be looked at and changed."""

    def __init__(self) -> None:
        self.bodies: dict[bytes, bytes] = {}

    def read(self, digest: bytes, size: int) -> bytes | None:
        """The bytes at this address, unverified, or None when there are none or more than `size`."""
        body = self.bodies.get(digest)
        return body if body is not None and len(body) <= size else None

    def write(self, digest: bytes, body: bytes) -> None:
        """Put the bytes, unless the address is taken."""
        self.bodies.setdefault(digest, body)
