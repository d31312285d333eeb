"""Stamps in memory: how long they are valid, and that a known stamp never goes back."""

from __future__ import annotations

from brine.domain.purging.stamps import Stamp
from brine.service.stores.known_stamps import KnownStamps

OLDER, NEWER = Stamp(hard=5.0), Stamp(hard=7.0)


def test_a_replica_that_is_behind_does_not_undo_what_is_known() -> None:
    known = KnownStamps(1.0)
    known.learn({"key:a": NEWER}, asked_at=10.0)
    assert known.learn({"key:a": OLDER}, asked_at=10.5) == {"key:a": NEWER}
    assert known.get(["key:a"], 11.5) == {"key:a": NEWER}


def test_each_kind_of_stamp_is_the_later_one() -> None:
    known = KnownStamps(1.0)
    known.learn({"key:a": Stamp(hard=7.0, soft=3.0)}, asked_at=10.0)
    assert known.learn({"key:a": Stamp(hard=5.0, soft=8.0)}, asked_at=10.0) == {"key:a": Stamp(hard=7.0, soft=8.0)}


def test_a_read_that_began_earlier_makes_nothing_good_for_longer_or_shorter() -> None:
    known = KnownStamps(1.0)
    known.learn({"key:a": OLDER}, asked_at=10.0)
    known.learn({"key:a": OLDER}, asked_at=9.5)
    assert known.get(["key:a"], 11.0) == {"key:a": OLDER}
    assert known.get(["key:a"], 11.1) == {}


def test_what_was_read_longest_ago_is_forgotten() -> None:
    known = KnownStamps(1.0, remembered=2)
    for at, name in enumerate(("key:a", "key:b", "key:a", "key:c")):
        known.learn({name: OLDER}, asked_at=10.0 + at / 10)
    assert known.get(["key:a", "key:b", "key:c"], 10.3) == {"key:a": OLDER, "key:c": OLDER}
