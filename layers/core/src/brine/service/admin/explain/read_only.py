"""Views of the stores and of process memory that a rehearsal may read. No write reaches the originals.

The views have the options of the ports, and pass them on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from brine.service.compression.compressor import BodyCompressor
from brine.service.stores.bodies import Bodies
from brine.service.stores.leases import Leases
from brine.service.stores.stamps import Stamps

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.http.fields import Fields
    from brine.domain.purging.stamps import Stamp
    from brine.ports.caching import BodyStore, Held, Item, ItemStore, LeaseStore, Memory, StampStore
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.lookup import Entry
    from brine.service.http_cache.response_store import ResponseStore
    from brine.service.stores.cache_store import CacheStore

ATTRIBUTES: Final = 150
"""Bytes that an item has besides its envelope, its target and its tags: names, numbers and the key."""


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call that reads: the sizes of its items or bodies in bytes; 0 for an item that is not there."""

    operation: Literal["GetItem", "BatchGetItem", "GET object"]
    sizes: tuple[int, ...]


@dataclass(slots=True)
class ReadLog:
    """The calls of a rehearsal, in order."""

    calls: list[ReadCall] = field(default_factory=list)


def item_size(item: Item | None) -> int:
    """Return about how many bytes DynamoDB counts for an item; 0 for none."""
    if item is None:
        return 0
    return len(item.envelope) + len(item.target) + sum(map(len, item.tags)) + ATTRIBUTES


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("an explanation writes nothing")


@dataclass(frozen=True, slots=True)
class ReadOnlyItems:
    """The ItemStore port, for reads alone."""

    store: ItemStore
    log: ReadLog

    def read(self, pk: str, sk: str, **options: Any) -> Item | None:
        """Return the item."""
        item = self.store.read(pk, sk, **options)
        self.log.calls.append(ReadCall("GetItem", (item_size(item),)))
        return item

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        """Raise AssertionError."""
        _refuse(pk, sk, item, deadline)


@dataclass(frozen=True, slots=True)
class ReadOnlyStamps:
    """The StampStore port, for reads alone."""

    store: StampStore
    log: ReadLog

    def read(self, names: Collection[str], **options: Any) -> dict[str, Stamp]:
        """Return the stamps of these names."""
        stamps = self.store.read(names, **options)
        self.log.calls.append(ReadCall("BatchGetItem", (0,) * len(stamps)))
        return stamps

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, **options: Any
    ) -> tuple[Item | None, dict[str, Stamp]]:
        """Return an item and stamps."""
        item, stamps = self.store.read_with_item(names, pk, sk, **options)
        self.log.calls.append(ReadCall("BatchGetItem", (item_size(item), *(0,) * len(stamps))))
        return item, stamps

    def read_with_items(
        self, names: Collection[str], keys: Collection[tuple[str, str]], **options: Any
    ) -> tuple[dict[tuple[str, str], Item], dict[str, Stamp]]:
        """Return items and stamps."""
        items, stamps = self.store.read_with_items(names, keys, **options)
        sizes = *(item_size(items.get(key)) for key in keys), *(0,) * len(stamps)
        self.log.calls.append(ReadCall("BatchGetItem", sizes))
        return items, stamps

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        """Raise AssertionError."""
        _refuse(name, at, soft, deadline)


@dataclass(frozen=True, slots=True)
class ReadOnlyLeases:
    """The LeaseStore port, for the holder alone."""

    store: LeaseStore

    def holder(self, pk: str, *, deadline: Deadline | None = None) -> Held | None:
        """Return the newest lease."""
        return self.store.holder(pk, deadline=deadline)

    acquire = commit = renew = release = staticmethod(_refuse)


@dataclass(frozen=True, slots=True)
class ReadOnlyBodies:
    """The BodyStore port, for reads alone."""

    store: BodyStore
    log: ReadLog

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        """Return the bytes at an address."""
        self.log.calls.append(ReadCall("GET object", (size,)))
        return self.store.read(digest, size, deadline=deadline)

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        """Raise AssertionError."""
        _refuse(digest, body, deadline)

    def link(
        self, digest: bytes, size: int, *, seconds: int, fields: Fields, deadline: Deadline | None = None
    ) -> str | None:
        """Return a presigned URL of the bytes."""
        self.log.calls.append(ReadCall("GET object", (0,)))
        return self.store.link(digest, size, seconds=seconds, fields=fields, deadline=deadline)


class PeekedMemory[V]:
    """The Memory port over another memory, which it does not change: it keeps its own values in front of it."""

    def __init__(self, memory: Memory[V] | None) -> None:
        self._memory = memory
        self._own: dict[tuple[str, str], V | None] = {}

    def get(self, key: tuple[str, str]) -> V | None:
        """Return the value, or None."""
        if key in self._own:
            return self._own[key]
        return None if self._memory is None else self._memory.peek(key)

    peek = get

    def has_original(self, key: tuple[str, str]) -> bool:
        """Return whether the other memory has a value."""
        return self._memory is not None and self._memory.peek(key) is not None

    def put(self, key: tuple[str, str], value: V, size: int) -> bool:  # noqa: ARG002 - the signature of the port
        """Keep the value here."""
        self._own[key] = value
        return True

    def delete(self, key: tuple[str, str]) -> None:
        """Hide the value."""
        self._own[key] = None

    def clear(self) -> None:
        """Raise AssertionError."""
        _refuse()


def read_only(responses: ResponseStore, log: ReadLog, *, in_process: bool) -> ResponseStore:
    """Return the response store with views that only read. `log` gets the calls.

    in_process: see the memory of this process; otherwise begin with an empty one, as a new process does.
    """
    store: CacheStore[Entry] = responses.store
    stamps = store.stamps
    known = stamps.known.copied() if in_process else stamps.known.emptied()
    views = replace(
        store,
        stamps=Stamps(items=ReadOnlyItems(stamps.items, log), store=ReadOnlyStamps(stamps.store, log), known=known),
        leases=Leases(ReadOnlyLeases(store.leases.store)),
        bodies=Bodies(ReadOnlyBodies(store.bodies.store, log)),
        memory=PeekedMemory(store.memory if in_process else None),
    )
    return replace(
        responses, store=views, predicted=None, compressor=BodyCompressor(frames=responses.compressor.frames)
    )
