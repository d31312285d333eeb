"""The behaviour that every Memory must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.ports.caching import Memory

A, B, C = ("a", "main"), ("b", "main"), ("c", "main")


class MemoryContract:
    """Each adapter's tests inherit this once and give the fixture `memory`, with room for 100 bytes."""

    def test_a_missing_key_reads_as_none(self, memory: Memory[str]) -> None:
        assert memory.get(A) is None

    def test_the_last_value_put_is_kept(self, memory: Memory[str]) -> None:
        assert memory.put(A, "old", 10)
        assert memory.put(A, "new", 20)

        assert memory.get(A) == "new"

    def test_both_parts_of_a_key_count(self, memory: Memory[str]) -> None:
        memory.put(("a", "main"), "one", 1)
        memory.put(("a", "v#1"), "two", 1)

        assert (memory.get(("a", "main")), memory.get(("a", "v#1"))) == ("one", "two")

    def test_a_deleted_value_is_gone(self, memory: Memory[str]) -> None:
        memory.put(A, "value", 10)
        memory.delete(A)
        memory.delete(B)

        assert memory.get(A) is None

    def test_the_least_recently_used_entry_makes_room(self, memory: Memory[str]) -> None:
        memory.put(A, "a", 50)
        memory.put(B, "b", 50)
        memory.get(A)
        memory.put(C, "c", 50)

        assert [memory.get(key) for key in (A, B, C)] == ["a", None, "c"]

    def test_peeking_is_no_use(self, memory: Memory[str]) -> None:
        memory.put(A, "a", 50)
        memory.put(B, "b", 50)
        assert (memory.peek(A), memory.peek(C)) == ("a", None)
        memory.put(C, "c", 50)

        assert [memory.peek(key) for key in (A, B, C)] == [None, "b", "c"]

    def test_a_value_too_large_is_not_kept_and_neither_is_what_it_was_to_replace(self, memory: Memory[str]) -> None:
        memory.put(A, "old", 10)

        assert not memory.put(A, "new", 101)
        assert memory.get(A) is None

    def test_a_cleared_memory_is_empty_and_has_all_its_room(self, memory: Memory[str]) -> None:
        memory.put(A, "a", 50)
        memory.put(B, "b", 50)
        memory.clear()
        memory.put(C, "c", 100)

        assert [memory.get(key) for key in (A, B, C)] == [None, None, "c"]
