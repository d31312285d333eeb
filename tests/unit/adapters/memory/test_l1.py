from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from brine.adapters.memory.l1 import L1

A, B, C = ("a", "main"), ("b", "main"), ("c", "main")


def test_sizes_add_up() -> None:
    l1 = L1[str](100)
    l1.put(A, "value", 10)
    l1.put(B, "value", 20)
    l1.put(A, "value", 5)
    assert (l1.size, len(l1)) == (25, 2)

    l1.delete(B)
    assert (l1.size, len(l1)) == (5, 1)


def test_one_large_value_may_cost_several_small_ones() -> None:
    l1 = L1[int](30)
    for key in (A, B, C):
        l1.put(key, 1, 10)

    l1.put(A, 2, 25)

    assert ([l1.get(key) for key in (A, B, C)], l1.size) == ([2, None, None], 25)


@pytest.mark.parametrize(("max_bytes", "max_entry_bytes", "fits"), [(30, None, 30), (30, 20, 20), (30, 99, 30)])
def test_a_value_too_large_is_not_kept_and_neither_is_what_it_replaces(
    max_bytes: int, max_entry_bytes: int | None, fits: int
) -> None:
    l1 = L1[int](max_bytes, max_entry_bytes)

    assert l1.put(A, 1, fits)
    assert not l1.put(A, 2, fits + 1)
    assert (l1.get(A), l1.size) == (None, 0)


def test_threads_share_it() -> None:
    l1 = L1[int](1000)

    def work(number: int) -> None:
        for step in range(300):
            key = (str((number * 7 + step) % 40), "main")
            if step % 5 == 0:
                l1.delete(key)
            else:
                l1.put(key, step, (step * number) % 120)
                l1.get(key)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))

    assert l1.size <= 1000
    for key in range(40):
        l1.delete((str(key), "main"))
    assert (l1.size, len(l1)) == (0, 0)


class Model(RuleBasedStateMachine):
    """L1 against a list ordered by use."""

    def __init__(self) -> None:
        super().__init__()
        self.l1 = L1[int](100, 60)
        self.model: list[tuple[tuple[str, str], int, int]] = []

    keys = st.sampled_from([(letter, "main") for letter in "abcdef"])

    @rule(key=keys, value=st.integers(), size=st.integers(0, 70))
    def put(self, key: tuple[str, str], value: int, size: int) -> None:
        self.model = [entry for entry in self.model if entry[0] != key]
        if size <= 60:
            self.model.append((key, value, size))
        while sum(entry[2] for entry in self.model) > 100:
            del self.model[0]
        assert self.l1.put(key, value, size) is (size <= 60)

    @rule(key=keys)
    def get(self, key: tuple[str, str]) -> None:
        found = next((entry for entry in self.model if entry[0] == key), None)
        if found is not None:
            self.model.remove(found)
            self.model.append(found)
        assert self.l1.get(key) == (None if found is None else found[1])

    @rule(key=keys)
    def delete(self, key: tuple[str, str]) -> None:
        self.model = [entry for entry in self.model if entry[0] != key]
        self.l1.delete(key)

    @invariant()
    def sizes_agree(self) -> None:
        assert (self.l1.size, len(self.l1)) == (sum(entry[2] for entry in self.model), len(self.model))


TestModel = Model.TestCase
