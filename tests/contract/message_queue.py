"""The behaviour that every MessageQueue must have."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from brine.domain.channels.message import ChannelMessage, ClaimCheck
from brine.ports.deadline import Deadline
from brine.service.channels.sender import INLINE_LIMIT

if TYPE_CHECKING:
    from brine.domain.channels.message import Delivery
    from brine.ports.channels import MessageQueue

EXPIRES_AT = 1_900_000_000
PLAIN = ChannelMessage("user/producer", EXPIRES_AT, b"\0\xffsealed")
CLAIMED = ChannelMessage("999999999999:role/Pro+du=c,er.@-_", EXPIRES_AT, ClaimCheck(7, bytes(range(32))))


class MessageQueueContract:
    """Each adapter's tests inherit this once and give the fixture `queue`: an empty one."""

    @pytest.mark.parametrize("message", [PLAIN, CLAIMED], ids=["plain", "claimed"])
    def test_a_message_comes_out_as_it_went_in(self, queue: MessageQueue, message: ChannelMessage) -> None:
        queue.send(message)

        (delivery,) = receive(queue)

        assert (delivery.message, delivery.attempt) == (message, 1)
        assert abs(delivery.sent_at - time.time()) < 60

    def test_the_largest_envelope_fits(self, queue: MessageQueue) -> None:
        message = ChannelMessage("user/" + "n" * 64, EXPIRES_AT, secrets.token_bytes(INLINE_LIMIT))

        queue.send(message)

        assert receive(queue)[0].message == message

    def test_a_received_message_is_not_delivered_again_meanwhile(self, queue: MessageQueue) -> None:
        queue.send(PLAIN)

        assert [len(receive(queue)) for _ in range(2)] == [1, 0]

    def test_a_returned_message_comes_again_with_another_handle(self, queue: MessageQueue) -> None:
        queue.send(PLAIN)
        (first,) = receive(queue)

        assert queue.extend(first.handle, 0)
        (second,) = receive(queue)

        assert (second.message, second.attempt) == (PLAIN, 2)
        assert second.handle != first.handle
        assert queue.extend(second.handle, 0)
        assert [delivery.attempt for delivery in receive(queue)] == [3]

    def test_a_redelivered_message_comes_alone(self, queue: MessageQueue) -> None:
        sent = [message_number(number) for number in range(6)]
        for message in sent[:4]:
            queue.send(message)
        for delivery in receive(queue):
            queue.extend(delivery.handle, 0)
        for message in sent[4:]:
            queue.send(message)

        batches = [[(one.message, one.attempt) for one in receive(queue)] for _ in range(6)]

        again = [batch for batch in batches if batch and batch[0][1] == 2]
        assert [len(batch) for batch in again] == [1] * 4
        assert sorted((len(batch) for batch in batches if batch not in again), reverse=True) == [2, 0]
        assert {message for batch in batches for message, _ in batch} == set(sent)

    def test_a_redelivered_message_is_deleted_only_by_its_new_handle(self, queue: MessageQueue) -> None:
        queue.send(PLAIN)
        (first,) = receive(queue)
        queue.extend(first.handle, 0)
        (second,) = receive(queue)

        queue.delete(first.handle)
        assert queue.extend(second.handle, 60)
        assert queue.delete(second.handle)

        assert receive(queue) == []

    def test_a_deleted_message_is_gone(self, queue: MessageQueue) -> None:
        queue.send(PLAIN)
        (delivery,) = receive(queue)

        assert queue.delete(delivery.handle)
        assert not queue.extend(delivery.handle, 0)
        assert receive(queue) == []

    def test_no_more_than_asked_for(self, queue: MessageQueue) -> None:
        sent = {message_number(number) for number in range(12)}
        for message in sent:
            queue.send(message)

        batches = [queue.receive(most=most, wait=0, visibility=60) for most in (3, 10, 10)]

        assert [len(batch) for batch in batches[:2]] == [3, 9]
        assert {delivery.message for batch in batches for delivery in batch} == sent

    def test_a_handle_that_is_none_does_nothing(self, queue: MessageQueue) -> None:
        queue.send(PLAIN)

        assert not queue.delete("none")
        assert not queue.extend("none", 0)
        assert len(receive(queue)) == 1

    def test_within_a_deadline_it_is_the_same_queue(self, queue: MessageQueue) -> None:
        queue.send(PLAIN, deadline=Deadline(time.monotonic() + 20, time.monotonic))

        assert len(receive(queue)) == 1

    def test_threads_share_a_queue(self, queue: MessageQueue) -> None:
        sent = {message_number(number) for number in range(16)}
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(queue.send, sent))

        assert {delivery.message for _ in range(2) for delivery in receive(queue)} == sent


def message_number(number: int) -> ChannelMessage:
    """One of many different messages."""
    return ChannelMessage("user/producer", EXPIRES_AT, b"sealed %d" % number)


def receive(queue: MessageQueue) -> list[Delivery]:
    return queue.receive(most=10, wait=0, visibility=60)
