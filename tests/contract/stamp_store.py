"""The behaviour that every StampStore must have."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.purging.stamps import STEP, Stamp
from brine.ports.caching import Item

if TYPE_CHECKING:
    from brine.ports.caching import ItemStore, StampStore

NOW = 1_790_000_000.123456
ITEM = Item(envelope=bytes(range(256)) * 100, evict_at=1_900_000_000, tags=("a",))


class StampStoreContract:
    """Each adapter's tests inherit this and give the fixtures `stamps`, and `items`, which share a table."""

    @pytest.fixture
    def name(self) -> str:
        return f"tag:{uuid.uuid4().hex}"

    def test_a_name_without_a_purge_has_an_empty_stamp(self, stamps: StampStore, name: str) -> None:
        assert stamps.read([name]) == {name: Stamp()}

    def test_no_names_are_no_stamps(self, stamps: StampStore) -> None:
        assert stamps.read([]) == {}

    def test_hard_and_soft_are_apart(self, stamps: StampStore, name: str) -> None:
        stamps.write(name, at=NOW)
        assert stamps.read([name]) == {name: Stamp(hard=NOW)}
        stamps.write(name, at=NOW + 1.5, soft=True)
        assert stamps.read([name]) == {name: Stamp(hard=NOW, soft=NOW + 1.5)}

    @pytest.mark.parametrize("soft", [False, True])
    def test_a_later_stamp_replaces_an_earlier_one(self, stamps: StampStore, name: str, soft: bool) -> None:
        stamps.write(name, at=NOW, soft=soft)
        stamps.write(name, at=NOW + 0.25, soft=soft)

        assert stamps.read([name]) == {name: Stamp(0.0, NOW + 0.25) if soft else Stamp(NOW + 0.25)}

    @pytest.mark.parametrize("soft", [False, True])
    @pytest.mark.parametrize("behind", [0.0, 3.0])
    def test_every_stamp_is_later_than_the_last(self, stamps: StampStore, name: str, soft: bool, behind: float) -> None:
        stamps.write(name, at=NOW, soft=soft)
        stamps.write(name, at=NOW - behind, soft=soft)

        read = stamps.read([name])[name]
        assert (read.soft if soft else read.hard) == pytest.approx(NOW + STEP, abs=STEP / 10)
        assert (read.hard if soft else read.soft) == 0

    @pytest.mark.parametrize("soft", [False, True])
    def test_a_write_returns_the_previous_stamp(self, stamps: StampStore, name: str, soft: bool) -> None:
        told = [stamps.write(name, at=NOW + at, soft=soft) for at in (0, 1.25, -3)]

        assert told == [Stamp().stamped(at, soft=soft) if at else Stamp() for at in (0, NOW, NOW + 1.25)]
        assert stamps.write(name, at=NOW, soft=not soft) == told[2].stamped(NOW - 3, soft=soft)

    def test_names_may_hold_anything(self, stamps: StampStore, name: str) -> None:
        odd = [f"{name} {text}" for text in ("a b", '"B":"', "\u00e9\u00ff", "x" * 900, "#", "\\")]
        for number, each in enumerate(odd):
            stamps.write(each, at=NOW + number)

        assert stamps.read([*odd, name]) == {name: Stamp()} | {
            each: Stamp(NOW + number) for number, each in enumerate(odd)
        }

    def test_there_may_be_more_than_a_hundred(self, stamps: StampStore, name: str) -> None:
        names = [f"{name} {number}" for number in range(205)]
        for number in (0, 99, 100, 204):
            stamps.write(names[number], at=NOW)

        read = stamps.read(names)

        assert read.keys() == set(names)
        assert [number for number, each in enumerate(names) if read[each] == Stamp(NOW)] == [0, 99, 100, 204]

    @pytest.mark.parametrize("consistent", [False, True])
    def test_an_item_comes_along(self, stamps: StampStore, items: ItemStore, name: str, consistent: bool) -> None:
        items.write(f"r#{name}", "main", ITEM)
        stamps.write(name, at=NOW)

        item, read = stamps.read_with_item([name, name + "0"], f"r#{name}", "main", consistent=consistent)

        assert (item, read) == (ITEM, {name: Stamp(NOW), name + "0": Stamp()})

    def test_an_item_that_is_not_there_is_none(self, stamps: StampStore, items: ItemStore, name: str) -> None:
        items.write(f"r#{name}", "v#1", ITEM)
        stamps.write(name, at=NOW)

        assert stamps.read_with_item([name], f"r#{name}", "main") == (None, {name: Stamp(NOW)})

    def test_many_items_come_along_by_their_keys(self, stamps: StampStore, items: ItemStore, name: str) -> None:
        keys = [(f"r#{name} {number}", "main") for number in range(3)]
        written = [replace(ITEM, envelope=bytes([number]) * 10 * number, generation=number) for number in range(2)]
        for key, item in zip(keys, written, strict=False):
            items.write(*key, item)
        items.write(f"r#{name} 2", "other", ITEM)
        stamps.write(name, at=NOW)

        read = stamps.read_with_items([name, name + "0"], [*keys, keys[0]])

        assert read == (dict(zip(keys[:2], written, strict=True)), {name: Stamp(NOW), name + "0": Stamp()})
        assert stamps.read_with_items([name], keys, consistent=True)[0] == read[0]
        assert stamps.read_with_items([], []) == ({}, {})

    def test_many_items_may_be_more_than_a_hundred_and_large(
        self, stamps: StampStore, items: ItemStore, name: str
    ) -> None:
        keys = [(f"r#{name} {number}", "main") for number in range(60)]
        for number, key in enumerate(keys):
            items.write(*key, replace(ITEM, envelope=bytes([number]) * 32_000))
        names = [f"{name} {number}" for number in range(62)]
        stamps.write(names[-1], at=NOW)

        read, of_names = stamps.read_with_items(names, keys)

        assert {key: item.envelope for key, item in read.items()} == {
            key: bytes([number]) * 32_000 for number, key in enumerate(keys)
        }
        assert [each for each in names if of_names[each] != Stamp()] == [names[-1]]

    def test_a_stamp_is_no_item(self, stamps: StampStore, items: ItemStore, name: str) -> None:
        stamps.write(name, at=NOW)

        assert items.read(f"t#{name}", "stamp", consistent=True) is None
