from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from brine.domain.resilience.permits import CANDIDATES, Permit, candidate_permits, permit_to_replace

SLOTS = st.text(min_size=1)


@given(SLOTS, st.integers(1, 100_000))
def test_the_candidates_are_some_permits_of_the_key_always_the_same_and_each_once(slot: str, count: int) -> None:
    candidates = candidate_permits(slot, count)
    assert 1 <= len(candidates) <= CANDIDATES
    assert len(set(candidates)) == len(candidates)
    assert set(candidates) <= set(range(count))
    assert candidate_permits(slot, count) == candidates


@given(SLOTS, st.integers(1, CANDIDATES))
def test_of_a_few_permits_a_slot_may_have_each(slot: str, count: int) -> None:
    assert sorted(candidate_permits(slot, count)) == list(range(count))


def test_slots_spread_over_all_permits() -> None:
    firsts = [candidate_permits(f"v#{sha256(b'%d' % number).hexdigest()}", 255)[0] for number in range(10_000)]
    counts = [firsts.count(number) for number in range(255)]
    assert min(counts) > 10
    assert max(counts) < 90


def test_a_permit_is_open_to_its_own_slot_and_from_its_end_to_all() -> None:
    permit = Permit(1, "v#a", 100)
    assert [permit.is_open_to("v#a", 50), permit.is_open_to("v#b", 99.9), permit.is_open_to("v#b", 100)] == [
        True,
        False,
        True,
    ]


def test_the_permit_that_ends_first_is_replaced() -> None:
    permits = [Permit(number, f"v#{number}", until) for number, until in ((1, 300), (2, 100), (3, 200))]
    assert permit_to_replace(permits) == permits[1]
