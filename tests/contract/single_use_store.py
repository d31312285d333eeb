"""The behaviour that every SingleUseStore must have."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from brine.domain.channels.single_use import SendInProgress, Sent
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from brine.ports.channels import SingleUseStore

NOW = 1_790_000_000.25
UNTIL = NOW + 31.5
EVICT_AT = 1_790_001_000


class SingleUseStoreContract:
    """Each adapter's tests inherit this once and give the fixture `marks`."""

    @pytest.fixture
    def key(self) -> str:
        return f"u#{uuid.uuid4().hex}"

    def test_the_first_one_may(self, marks: SingleUseStore, key: str) -> None:
        assert begin(marks, key, "a") is None
        assert begin(marks, key + "0", "b") is None

    def test_the_second_one_is_told_until_when_the_first_is_at_it(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")

        assert begin(marks, key, "b", now=UNTIL - 0.25) == SendInProgress(UNTIL)

    def test_from_then_on_another_may(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")

        assert begin(marks, key, "b", now=UNTIL) is None
        assert begin(marks, key, "a", now=UNTIL) == SendInProgress(UNTIL + 31.5)

    def test_an_owner_may_begin_again(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")

        assert begin(marks, key, "a") is None

    def test_a_settled_message_stays_sent(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")

        assert marks.settle(key, owner="a")
        assert marks.settle(key, owner="a")

        for owner in ("a", "b"):
            assert begin(marks, key, owner, now=UNTIL + 10_000) == Sent()

    def test_a_late_owner_changes_no_mark(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")
        begin(marks, key, "b", now=UNTIL)

        assert not marks.settle(key, owner="a")
        marks.give_up(key, owner="a")

        assert begin(marks, key, "c", now=UNTIL) == SendInProgress(UNTIL + 31.5)
        assert marks.settle(key, owner="b")
        assert begin(marks, key, "c", now=UNTIL) == Sent()

    def test_a_send_that_was_not_begun_cannot_be_settled(self, marks: SingleUseStore, key: str) -> None:
        assert not marks.settle(key, owner="a")
        marks.give_up(key, owner="a")

        assert begin(marks, key, "b") is None

    def test_another_owner_may_begin_right_after_one_gives_up(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")
        marks.give_up(key, owner="a")

        assert begin(marks, key, "b") is None

    def test_a_settled_message_cannot_be_given_up(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")
        marks.settle(key, owner="a")

        marks.give_up(key, owner="a")

        assert begin(marks, key, "b") == Sent()

    def test_an_acknowledged_message_stays_sent(self, marks: SingleUseStore, key: str) -> None:
        begin(marks, key, "a")
        marks.acknowledge(key, evict_at=EVICT_AT)

        assert begin(marks, key, "b", now=UNTIL) == Sent(acknowledged=True)
        marks.give_up(key, owner="a")
        assert marks.settle(key, owner="a")
        assert marks.look(key) == Sent(acknowledged=True)

    def test_a_message_without_a_mark_can_be_acknowledged(self, marks: SingleUseStore, key: str) -> None:
        for _ in range(2):
            marks.acknowledge(key, evict_at=EVICT_AT)

        assert begin(marks, key, "a") == marks.look(key) == Sent(acknowledged=True)
        assert not marks.settle(key, owner="a")

    def test_a_look_tells_the_state_and_changes_nothing(self, marks: SingleUseStore, key: str) -> None:
        assert marks.look(key) is None
        begin(marks, key, "a")
        assert marks.look(key) == SendInProgress(UNTIL)
        marks.settle(key, owner="a")
        assert marks.look(key) == Sent()

    def test_within_a_deadline_it_is_the_same_store(self, marks: SingleUseStore, key: str) -> None:
        deadline = Deadline(time.monotonic() + 20, time.monotonic)
        marks.begin(key, owner="a", now=NOW, until=UNTIL, evict_at=EVICT_AT, deadline=deadline)

        assert begin(marks, key, "b") == SendInProgress(UNTIL)


def begin(marks: SingleUseStore, key: str, owner: str, *, now: float = NOW) -> SendInProgress | Sent | None:
    return marks.begin(key, owner=owner, now=now, until=now + (UNTIL - NOW), evict_at=EVICT_AT)
