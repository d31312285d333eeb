"""The behaviour that every store with ItemPages must have."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from brine.ports.caching import Item
from tests.contract.item_store import FULL, LARGE

if TYPE_CHECKING:
    from typing import Protocol

    from brine.ports.admin import ItemPages, TableItem, TableKey
    from brine.ports.caching import ItemStore

    class Paged(ItemStore, ItemPages, Protocol):
        """A store of items that gives pages of them."""


NOW = 1_790_000_000.75


def all_pages(store: Paged, limit: int) -> tuple[list[TableItem], int, int]:
    """The items of all pages, the number of items read, and the number of pages."""
    found: list[TableItem] = []
    read = pages = 0
    after: TableKey | None = None
    while pages == 0 or after is not None:
        page = store.page(limit=limit, now=NOW, after=after)
        assert page.read <= limit
        found, read, pages, after = [*found, *page.items], read + page.read, pages + 1, page.next_after
    return found, read, pages


class ItemPagesContract:
    """Each adapter's tests inherit this once and give the fixture `paged`, an empty store."""

    def test_an_empty_table_has_one_empty_page(self, paged: Paged) -> None:
        assert all_pages(paged, 10) == ([], 0, 1)

    @pytest.mark.parametrize("limit", [1, 3, 7, 100])
    def test_the_pages_have_each_response_and_result_once(self, paged: Paged, limit: int) -> None:
        items = {}
        for number in range(7):
            key = f"{'rc'[number % 2]}#{uuid.uuid4().hex}", "main" if number % 3 else "v#1"
            items[key] = Item(envelope=bytes([number]) * 300, evict_at=int(NOW) + 1 + number, tags=(f"t{number}",))
            paged.write(*key, items[key])
        found, read, _ = all_pages(paged, limit)
        assert {(one.pk, one.sk): one.item for one in found} == items
        assert len(found) == read == len(items)

    def test_an_item_comes_as_it_was_written(self, paged: Paged) -> None:
        paged.write("r#1", "main", FULL)
        paged.write("r#2", "main", LARGE)
        found, _, _ = all_pages(paged, 10)
        assert {one.pk: one.item for one in found} == {"r#1": FULL, "r#2": LARGE}

    def test_no_page_has_more_than_a_megabyte_or_misses_a_large_item(self, paged: Paged) -> None:
        for number in range(5):
            paged.write(f"r#{number}", "main", Item(envelope=bytes(340_000), evict_at=int(NOW) + 9))
        found, _, _ = all_pages(paged, 100)
        assert sorted(one.pk for one in found) == [f"r#{number}" for number in range(5)]

    def test_what_is_over_or_no_response_and_no_result_is_read_and_left_out(self, paged: Paged) -> None:
        paged.write("r#over", "main", Item(envelope=b"x", evict_at=int(NOW)))
        paged.write("t#tag", "stamp", Item(envelope=b"x", evict_at=int(NOW) + 9))
        paged.write("r#good", "main", Item(envelope=b"x", evict_at=int(NOW) + 1))
        found, read, _ = all_pages(paged, 10)
        assert ([one.pk for one in found], read) == (["r#good"], 3)
