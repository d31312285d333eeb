"""The behaviour that every LeaseStore must have."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.ports.caching import ABANDONED, Held, Item, Lease, lease_key

if TYPE_CHECKING:
    from brine.ports.caching import Ending, ItemStore, LeaseStore

NOW = 1_790_000_000.25
LATER = NOW + 10.5
OLD = Item(envelope=b"old", evict_at=1_900_000_000, generation=1)
NEW = Item(envelope=b"new" * 1000, evict_at=1_900_000_001, generation=2, route="api", target="/", tags=("a",))


class LeaseStoreContract:
    """Each adapter's tests inherit this once and give the fixtures `leases`, and `items`, where commits are seen."""

    @pytest.fixture
    def pk(self) -> str:
        return f"r#{uuid.uuid4().hex}"

    def test_a_free_lease_is_had_as_it_was_asked_for(self, leases: LeaseStore, pk: str) -> None:
        lease = leases.acquire(pk, owner="a", now=NOW, expires_at=LATER)

        assert isinstance(lease, Lease)
        assert lease == Lease(pk, "a", lease.token, LATER)
        assert lease.token > 0

    def test_a_lease_in_use_tells_until_when(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a")

        assert leases.acquire(pk, owner="b", now=LATER - 0.25, expires_at=LATER + 10) == Held(LATER, lease.token)

    def test_each_key_has_a_lease_of_its_own(self, leases: LeaseStore, pk: str) -> None:
        taken(leases, pk, "a")

        assert isinstance(leases.acquire(pk + "0", owner="b", now=NOW, expires_at=LATER), Lease)

    def test_the_next_one_after_expiry_has_a_greater_token(self, leases: LeaseStore, pk: str) -> None:
        first = taken(leases, pk, "a")
        next_one = taken(leases, pk, "b", now=LATER)

        assert next_one.token > first.token
        assert next_one.expires_at == LATER + 10.5

    def test_an_owner_finds_its_lease_again(self, leases: LeaseStore, pk: str) -> None:
        first = taken(leases, pk, "a")

        again = leases.acquire(pk, owner="a", now=NOW + 1, expires_at=LATER + 1)

        assert again == first

    def test_an_owner_whose_time_is_over_gets_a_new_lease(self, leases: LeaseStore, pk: str) -> None:
        first = taken(leases, pk, "a")

        again = taken(leases, pk, "a", now=LATER)

        assert again.token > first.token
        assert not leases.commit(first, "main", OLD)

    def test_a_commit_writes_and_lets_the_next_one_in_at_once(
        self, leases: LeaseStore, items: ItemStore, pk: str
    ) -> None:
        lease = taken(leases, pk, "a")

        assert leases.commit(lease, "v#1", NEW)

        assert items.read(pk, "v#1", consistent=True) == NEW
        next_one = taken(leases, pk, "b")
        assert next_one.committed == lease.token
        assert next_one.token > lease.token

    def test_a_commit_replaces_the_whole_item(self, leases: LeaseStore, items: ItemStore, pk: str) -> None:
        items.write(pk, "main", NEW)

        assert leases.commit(taken(leases, pk, "a"), "main", OLD)

        assert items.read(pk, "main", consistent=True) == OLD

    def test_a_release_lets_the_next_one_in_at_once(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a")
        leases.release(lease)

        assert taken(leases, pk, "b").token > lease.token

    def test_a_released_lease_cannot_commit(self, leases: LeaseStore, items: ItemStore, pk: str) -> None:
        lease = taken(leases, pk, "a")
        leases.release(lease)

        assert not leases.commit(lease, "main", OLD)
        assert items.read(pk, "main", consistent=True) is None

    def test_the_commit_of_a_zombie_loses_and_writes_nothing(
        self, leases: LeaseStore, items: ItemStore, pk: str
    ) -> None:
        zombie = taken(leases, pk, "a")
        successor = taken(leases, pk, "b", now=LATER)

        assert not leases.commit(zombie, "main", OLD)
        assert items.read(pk, "main", consistent=True) is None

        assert leases.commit(successor, "main", NEW)
        assert not leases.commit(zombie, "main", OLD)
        assert not leases.commit(zombie, "v#1", OLD)
        assert items.read(pk, "main", consistent=True) == NEW
        assert items.read(pk, "v#1", consistent=True) is None

    def test_the_commit_of_a_zombie_leaves_the_lease_to_its_successor(self, leases: LeaseStore, pk: str) -> None:
        zombie = taken(leases, pk, "a")
        successor = taken(leases, pk, "b", now=LATER)

        leases.commit(zombie, "main", OLD)

        assert leases.acquire(pk, owner="c", now=LATER, expires_at=LATER + 9) == Held(LATER + 10.5, successor.token)

    def test_the_release_of_a_zombie_leaves_the_lease_to_its_successor(self, leases: LeaseStore, pk: str) -> None:
        zombie = taken(leases, pk, "a")
        successor = taken(leases, pk, "b", now=LATER)

        leases.release(zombie)

        assert leases.acquire(pk, owner="c", now=LATER, expires_at=LATER + 9) == Held(LATER + 10.5, successor.token)
        assert leases.commit(successor, "main", NEW)

    def test_a_late_commit_wins_while_nobody_has_taken_the_lease(
        self, leases: LeaseStore, items: ItemStore, pk: str
    ) -> None:
        lease = leases.acquire(pk, owner="a", now=NOW - 1000, expires_at=NOW - 990)
        assert isinstance(lease, Lease)

        assert leases.commit(lease, "main", NEW)
        assert items.read(pk, "main", consistent=True) == NEW

    def test_a_commit_under_a_made_up_token_or_owner_writes_nothing(
        self, leases: LeaseStore, items: ItemStore, pk: str
    ) -> None:
        lease = taken(leases, pk, "a")

        assert not leases.commit(replace(lease, token=lease.token + 1), "main", OLD)
        assert not leases.commit(replace(lease, owner="b"), "main", OLD)
        assert not leases.commit(replace(lease, pk=pk + "0"), "main", OLD)
        assert items.read(pk, "main", consistent=True) is None
        assert items.read(pk + "0", "main", consistent=True) is None

    def test_a_repeated_commit_succeeds_again(self, leases: LeaseStore, items: ItemStore, pk: str) -> None:
        lease = taken(leases, pk, "a")

        assert leases.commit(lease, "main", NEW)
        assert leases.commit(lease, "main", NEW)
        assert items.read(pk, "main", consistent=True) == NEW

    def test_a_commit_repeated_after_a_later_one_changes_nothing(
        self, leases: LeaseStore, items: ItemStore, pk: str
    ) -> None:
        first = taken(leases, pk, "a")
        leases.commit(first, "main", OLD)
        second = taken(leases, pk, "b")
        leases.commit(second, "main", NEW)
        third = taken(leases, pk, "c")

        leases.commit(first, "main", OLD)
        leases.commit(second, "main", NEW)

        assert items.read(pk, "main", consistent=True) == NEW
        assert leases.acquire(pk, owner="d", now=NOW, expires_at=LATER) == Held(LATER, third.token)

    def test_a_repeated_release_is_no_error_and_takes_nothing_away(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a")
        leases.release(lease)
        leases.release(lease)
        second = taken(leases, pk, "b")
        leases.release(lease)

        assert leases.acquire(pk, owner="c", now=NOW, expires_at=LATER) == Held(LATER, second.token)

    def test_a_release_after_a_commit_is_no_error(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a")
        leases.commit(lease, "main", NEW)

        leases.release(lease)

        assert taken(leases, pk, "b").token > lease.token

    def test_a_release_of_what_was_never_had_is_no_error(self, leases: LeaseStore, pk: str) -> None:
        leases.release(Lease(pk, "a", 7, LATER))

        assert taken(leases, pk, "b").expires_at == LATER

    def test_the_holder_is_seen_until_the_lease_is_given_back(self, leases: LeaseStore, pk: str) -> None:
        seen = [leases.holder(pk)]
        first = taken(leases, pk, "a")
        seen.append(leases.holder(pk))
        leases.release(first)
        seen.append(leases.holder(pk))
        second = taken(leases, pk, "b", now=NOW + 5)
        seen.append(leases.holder(pk))
        leases.commit(second, "main", NEW)
        seen.append(leases.holder(pk))

        assert seen == [None, Held(LATER, first.token), None, Held(LATER + 5, second.token), None]

    def test_an_abandoned_lease_is_seen_as_expired(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a")
        leases.release(lease, ending="abandoned")

        assert leases.holder(pk) == Held(ABANDONED, lease.token)
        assert taken(leases, pk, "b").failed == 0

    def test_a_failure_is_seen_by_all_later_callers(self, leases: LeaseStore, pk: str) -> None:
        failed = taken(leases, pk, "a")
        leases.release(failed, ending="failed", failure="origin-timeout")
        assert leases.holder(pk) == Held(ABANDONED, failed.token, failed.token, "origin-timeout")

        second = taken(leases, pk, "b")
        assert (second.failed, second.failure) == (failed.token, "origin-timeout")
        held = Held(LATER, second.token, failed.token, "origin-timeout")
        assert leases.acquire(pk, owner="c", now=NOW, expires_at=LATER) == held
        assert leases.holder(pk) == held

    def test_the_last_failure_is_the_one_that_is_seen(self, leases: LeaseStore, pk: str) -> None:
        leases.release(taken(leases, pk, "a"), ending="failed", failure="origin-timeout")
        second = taken(leases, pk, "b")
        leases.release(second, ending="failed", failure="origin-error")

        assert leases.holder(pk) == Held(ABANDONED, second.token, second.token, "origin-error")

    def test_a_failed_or_abandoned_lease_cannot_commit(self, leases: LeaseStore, items: ItemStore, pk: str) -> None:
        endings: tuple[Ending, ...] = ("abandoned", "failed")
        for ending in endings:
            lease = taken(leases, pk, ending)
            leases.release(lease, ending=ending)

            assert not leases.commit(lease, "main", OLD)
            assert items.read(pk, "main", consistent=True) is None

    def test_the_failure_of_a_zombie_is_not_seen(self, leases: LeaseStore, pk: str) -> None:
        zombie = taken(leases, pk, "a")
        successor = taken(leases, pk, "b", now=LATER)

        leases.release(zombie, ending="failed", failure="origin-timeout")

        assert leases.holder(pk) == Held(LATER + 10.5, successor.token)

    def test_a_renewed_lease_lasts_longer(self, leases: LeaseStore, items: ItemStore, pk: str) -> None:
        lease = taken(leases, pk, "a")

        assert leases.renew(lease, LATER + 1)

        assert leases.acquire(pk, owner="b", now=LATER, expires_at=LATER + 9) == Held(LATER + 1, lease.token)
        assert leases.holder(pk) == Held(LATER + 1, lease.token)
        assert leases.renew(lease, LATER + 2)
        assert leases.commit(lease, "main", NEW)
        assert items.read(pk, "main", consistent=True) == NEW

    def test_a_renewed_lease_expires_like_any_other(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a")
        leases.renew(lease, LATER + 1)

        assert taken(leases, pk, "b", now=LATER + 1).token > lease.token

    def test_an_expired_lease_that_no_caller_took_is_renewed(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a", now=NOW - 1000)

        assert leases.renew(lease, LATER)

        assert leases.acquire(pk, owner="b", now=NOW, expires_at=LATER + 9) == Held(LATER, lease.token)

    def test_a_lease_that_was_taken_over_is_not_renewed(self, leases: LeaseStore, pk: str) -> None:
        zombie = taken(leases, pk, "a")
        successor = taken(leases, pk, "b", now=LATER)

        assert not leases.renew(zombie, LATER + 100)

        assert leases.holder(pk) == Held(LATER + 10.5, successor.token)

    @pytest.mark.parametrize("ending", ["committed", "settled", "abandoned", "failed"])
    def test_a_late_renewal_revives_no_lease_that_has_ended(self, leases: LeaseStore, pk: str, ending: str) -> None:
        lease = taken(leases, pk, "a")
        if ending == "committed":
            leases.commit(lease, "main", NEW)
        else:
            leases.release(lease, ending=ending)  # type: ignore[arg-type]  # mypy sees a str

        assert not leases.renew(lease, LATER + 100)

        assert taken(leases, pk, "b").token > lease.token

    def test_a_lease_that_was_never_had_is_not_renewed(self, leases: LeaseStore, pk: str) -> None:
        assert not leases.renew(Lease(pk, "a", 7, LATER), LATER + 1)

        assert leases.holder(pk) is None

    def test_renewals_and_a_take_over_at_once_leave_one_holder(self, leases: LeaseStore, pk: str) -> None:
        lease = taken(leases, pk, "a")

        def act(number: int) -> Lease | Held | bool:
            if number % 2:
                return leases.renew(lease, LATER + 10 + number)
            return leases.acquire(pk, owner=f"owner {number}", now=LATER, expires_at=LATER + 5)

        with ThreadPoolExecutor(16) as threads:
            outcomes = list(threads.map(act, range(32)))

        successors = [outcome for outcome in outcomes if isinstance(outcome, Lease)]
        assert (len(successors), leases.renew(lease, LATER + 99)) in {(0, True), (1, False)}

    def test_tokens_grow_however_leases_end(self, leases: LeaseStore, pk: str) -> None:
        tokens = []
        now = NOW
        for turn in range(12):
            lease = leases.acquire(pk, owner=f"owner {turn}", now=now, expires_at=now + 1)
            assert isinstance(lease, Lease)
            tokens.append(lease.token)
            if turn % 3 == 0:
                leases.release(lease)
            elif turn % 3 == 1:
                assert leases.commit(lease, "main", OLD)
            else:
                now += 1

        assert tokens == sorted(set(tokens))
        assert len(tokens) == 12

    def test_a_lease_knows_of_the_last_commit(self, leases: LeaseStore, pk: str) -> None:
        first = taken(leases, pk, "a")
        assert first.committed == 0
        leases.release(first)
        second = taken(leases, pk, "b")
        assert second.committed == 0
        leases.commit(second, "main", NEW)
        third = taken(leases, pk, "c")
        leases.release(third)
        assert third.committed == taken(leases, pk, "d").committed == second.token

    def test_a_lease_is_no_item(self, leases: LeaseStore, items: ItemStore, pk: str) -> None:
        taken(leases, pk, "a")

        assert items.read(pk, "lease", consistent=True) is None

    def test_one_of_many_threads_gets_the_lease(self, leases: LeaseStore, pk: str) -> None:
        def acquire(number: int) -> Lease | Held:
            return leases.acquire(pk, owner=f"owner {number}", now=NOW, expires_at=LATER)

        with ThreadPoolExecutor(16) as threads:
            outcomes = list(threads.map(acquire, range(64)))

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Held"] * 63 + ["Lease"]
        assert {outcome.expires_at for outcome in outcomes} == {LATER}

    def test_each_slot_may_have_its_own_lease(self, leases: LeaseStore, items: ItemStore, pk: str) -> None:
        whole, one, other = (taken(leases, key, key) for key in (pk, lease_key(pk, "v#1"), lease_key(pk, "v#2")))
        assert isinstance(leases.acquire(lease_key(pk, "v#1"), owner="late", now=NOW, expires_at=LATER), Held)
        assert leases.commit(one, "v#1", NEW)
        assert leases.holder(lease_key(pk, "v#1")) is None
        assert leases.holder(pk) is not None
        assert leases.holder(lease_key(pk, "v#2")) is not None
        assert leases.commit(other, "v#2", OLD)
        assert leases.commit(whole, "main", OLD)
        assert [items.read(pk, sk, consistent=True) for sk in ("v#1", "v#2", "main")] == [NEW, OLD, OLD]
        assert not leases.commit(replace(one, token=one.token - 1), "v#1", OLD)
        leases.release(taken(leases, lease_key(pk, "v#2"), "again"))
        assert items.read(pk, "v#2", consistent=True) == OLD


def taken(leases: LeaseStore, pk: str, owner: str, *, now: float = NOW) -> Lease:
    """A lease of ten and a half seconds, which must be free."""
    lease = leases.acquire(pk, owner=owner, now=now, expires_at=now + 10.5)
    assert isinstance(lease, Lease)
    assert lease.owner == owner
    return lease
