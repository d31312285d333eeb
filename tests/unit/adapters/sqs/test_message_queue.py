"""SQS's statements about messages and handles, beyond those of emulators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.sqs.message_queue import SqsMessageQueue
from brine.domain.channels.message import ChannelMessage
from brine.errors import StoreThrottled, StoreUnavailable
from tests.support.aws_answers import http, json_answer, json_error
from tests.support.loopback import Loopback, answering_always

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.aws.service import Aws

type AwsAt = Callable[[Loopback], Aws]

MESSAGE = ChannelMessage("user/x", 1, b"sealed")
GIVEN = {
    "MessageId": "m",
    "ReceiptHandle": "h",
    "Body": "{}",
    "Attributes": {"SentTimestamp": "1790000000250", "ApproximateReceiveCount": "3"},
}


def asked[T](aws_at: AwsAt, answer: bytes, ask: Callable[[SqsMessageQueue], T]) -> T:
    with Loopback(answering_always(answer)) as server:
        aws = aws_at(server)
        try:
            return ask(SqsMessageQueue(aws, "https://sqs.test/1/orders", "https://sqs.test/1/again"))
        finally:
            aws.transport.close()


@pytest.mark.parametrize(
    "code",
    [
        "ReceiptHandleIsInvalid",
        "InvalidParameterValue",
        "InvalidParameterValueException",
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
    ],
)
def test_an_old_handle_is_no_failure(aws_at: AwsAt, code: str) -> None:
    assert not asked(aws_at, json_error(code), lambda queue: queue.delete("queue:h"))
    assert not asked(aws_at, json_error(code), lambda queue: queue.extend("retries:h", 5))


def test_any_other_refusal_is_a_failure(aws_at: AwsAt) -> None:
    with pytest.raises(StoreUnavailable, match="DeleteMessage: AccessDeniedException"):
        asked(aws_at, json_error("AccessDeniedException"), lambda queue: queue.delete("queue:h"))
    with pytest.raises(StoreThrottled):
        asked(aws_at, json_error("RequestThrottled"), lambda queue: queue.send(MESSAGE))


def test_a_delivery_has_its_sent_time_and_attempt(aws_at: AwsAt) -> None:
    answer = json_answer({"Messages": [GIVEN]})
    (delivery,) = asked(aws_at, answer, lambda queue: queue.receive(most=1, wait=20, visibility=30))
    assert delivery.handle.endswith(":h")
    assert (delivery.sent_at, delivery.attempt) == (1_790_000_000.25, 3)


@pytest.mark.parametrize(
    "answer", [http(200, b"<html>"), json_answer({"Messages": [{"MessageId": "m"}]}), json_answer({"Messages": [7]})]
)
def test_an_answer_that_is_not_sqs_s_is_a_failure(aws_at: AwsAt, answer: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="ReceiveMessage: an answer that is not"):
        asked(aws_at, answer, lambda queue: queue.receive(most=1, wait=0, visibility=30))


@pytest.mark.parametrize("answer", [http(200, b"<html>"), json_answer({}), json_answer([])])
def test_without_an_id_nothing_was_sent_for_all_we_know(aws_at: AwsAt, answer: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="SendMessage: an answer"):
        asked(aws_at, answer, lambda queue: queue.send(MESSAGE))
