"""The behaviour that every ItemStore must have."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from brine.ports.caching import Item

if TYPE_CHECKING:
    from brine.ports.caching import ItemStore

PLAIN = Item(envelope=bytes(range(256)), evict_at=1_900_000_000)
FULL = Item(
    envelope=b"BRN\1" + bytes(1000),
    evict_at=4_102_444_800,
    generation=2**53 + 1,
    route="httpbin",
    target='/a/%C3%A4?q="B":"x"&r=\u00ff',
    tags=("z", "a", "z", "unit\u00e9", '"B":"'),
)
LARGE = Item(envelope=bytes(range(256)) * 1000, evict_at=1_900_000_000)


class ItemStoreContract:
    """Each adapter's tests inherit this once and give the fixture `store`."""

    @pytest.fixture
    def pk(self) -> str:
        return f"r#{uuid.uuid4().hex}"

    def test_an_unwritten_item_reads_as_none(self, store: ItemStore, pk: str) -> None:
        assert store.read(pk, "main") is None

    @pytest.mark.parametrize("item", [PLAIN, FULL, LARGE], ids=["plain", "full", "large"])
    def test_an_item_comes_back_as_it_was_written(self, store: ItemStore, pk: str, item: Item) -> None:
        store.write(pk, "main", item)

        assert store.read(pk, "main") == item

    def test_a_write_replaces_the_whole_item(self, store: ItemStore, pk: str) -> None:
        store.write(pk, "main", FULL)
        store.write(pk, "main", PLAIN)

        assert store.read(pk, "main") == PLAIN

    def test_items_are_told_apart_by_both_keys(self, store: ItemStore, pk: str) -> None:
        store.write(pk, "main", PLAIN)
        store.write(pk, "v#1", FULL)

        assert (store.read(pk, "main"), store.read(pk, "v#1")) == (PLAIN, FULL)
        assert store.read(pk + "0", "main") is None

    def test_threads_share_a_store(self, store: ItemStore, pk: str) -> None:
        def write_and_read(number: int) -> Item | None:
            store.write(pk, f"v#{number}", Item(envelope=bytes([number]) * 500, evict_at=number))
            return store.read(pk, f"v#{number}")

        with ThreadPoolExecutor(8) as threads:
            items = list(threads.map(write_and_read, range(24)))

        assert items == [Item(envelope=bytes([number]) * 500, evict_at=number) for number in range(24)]
