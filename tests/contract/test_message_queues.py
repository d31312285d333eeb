from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.channels import MemoryMessageQueue
from brine.adapters.sqs.message_queue import SqsMessageQueue
from brine.errors import StoreUnavailable
from tests.contract.message_queue import PLAIN, MessageQueueContract, receive

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws


def two_queues(sqs: Any) -> tuple[str, str]:
    """The URLs of a queue, and of the queue to which it moves a message that was received once."""
    url, retries = (sqs.create_queue(QueueName=f"contract-{uuid.uuid4().hex}")["QueueUrl"] for _ in range(2))
    bury(sqs, url, retries, after=1)
    return url, retries


def bury(sqs: Any, url: str, dead: str, *, after: int) -> None:
    """Make SQS move a message from one queue to another after it was received `after` times."""
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{after}}}'
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})


class TestMemoryMessageQueue(MessageQueueContract):
    @pytest.fixture
    def queue(self) -> MemoryMessageQueue:
        return MemoryMessageQueue(time.time)

    def test_time_gives_back_what_was_not_deleted_and_buries_it_in_the_end(self) -> None:
        times = iter([0.0, 0.0, 59.0, 60.0, 120.0])  # of the send, and of each receive
        queue = MemoryMessageQueue(lambda: next(times), most_attempts=2)
        queue.send(PLAIN)
        attempts = [delivery.attempt for _ in range(4) for delivery in receive(queue)]
        assert attempts == [1, 2]
        assert queue.dead == [PLAIN]


class TestSqsMessageQueue(MessageQueueContract):
    @pytest.fixture
    def urls(self, sqs: Any) -> tuple[str, str]:
        return two_queues(sqs)

    @pytest.fixture
    def queue(self, aws: Aws, urls: tuple[str, str]) -> SqsMessageQueue:
        return SqsMessageQueue(aws, *urls)

    def test_a_queue_that_is_not_there_is_a_failure(self, aws: Aws) -> None:
        with pytest.raises(StoreUnavailable, match=r"SendMessage: .*(NonExistentQueue|QueueDoesNotExist)"):
            SqsMessageQueue(aws, "https://sqs.test/123456789012/nowhere", "https://sqs.test/1/nor-here").send(PLAIN)

    @pytest.mark.parametrize(
        "body",
        [
            "hello",
            "[]",
            "{}",
            '{"version":1,"sender":"user/x","expires_at":1,"sealed":"AAAA"}',
            '{"version":2,"sender":"user/x","expires_at":1,"sealed":"A"}',
            '{"version":2,"sender":"user/x","expires_at":1,"claim":{"size":-1,"sha256":"' + "0" * 64 + '"}}',
            '{"version":2,"sender":"user/x","expires_at":1,"claim":{"size":1,"sha256":"00"}}',
            "[" * 100_000,
        ],
    )
    def test_a_message_of_another_sender_is_delivered_without_content(
        self, sqs: Any, urls: tuple[str, str], queue: SqsMessageQueue, body: str
    ) -> None:
        sqs.send_message(QueueUrl=urls[0], MessageBody=body)
        assert [delivery.message for delivery in receive(queue)] == [None]

    def test_a_queue_that_waits_gives_what_is_there_at_once(self, queue: SqsMessageQueue) -> None:
        queue.send(PLAIN)
        assert len(queue.receive(most=1, wait=20, visibility=60)) == 1

    def test_after_its_last_attempt_a_message_is_in_the_dead_letter_queue(
        self, sqs: Any, urls: tuple[str, str], queue: SqsMessageQueue, aws: Aws
    ) -> None:
        dead, other = two_queues(sqs)
        bury(sqs, urls[1], dead, after=4)
        queue.send(PLAIN)
        for attempt in range(1, 5):
            (delivery,) = receive(queue)
            assert delivery.attempt == attempt
            queue.extend(delivery.handle, 0)
        assert receive(queue) == []
        assert [delivery.message for delivery in receive(SqsMessageQueue(aws, dead, other))] == [PLAIN]
