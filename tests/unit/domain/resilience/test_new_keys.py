from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from brine.domain.resilience.new_keys import MINUTE, NewKeys

START = 1_790_000_000.0
TIMES = st.lists(st.floats(START, START + 10 * MINUTE), min_size=1).map(sorted)


def test_a_minute_counts_from_its_first_key_and_then_anew() -> None:
    counts = []
    keys = NewKeys()
    for now in (START, START + 59, START + 60, START + 61, START):
        keys = keys.incremented(now)
        counts.append(keys.count)
    assert counts == [1, 2, 1, 2, 1]


@given(TIMES)
def test_no_key_of_the_minute_is_forgotten(times: list[float]) -> None:
    keys = reduce(NewKeys.incremented, times, NewKeys())
    assert keys.count == sum(now >= keys.since for now in times)
    assert times[-1] - keys.since < MINUTE
