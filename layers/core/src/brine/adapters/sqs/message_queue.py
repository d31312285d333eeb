"""The queue of a channel over SQS. It consists of two queues: new messages, and messages delivered before.

The second queue is the dead-letter queue of the first, with a maxReceiveCount of 1, so SQS itself moves the messages.
The first queue delivers many messages at once, the second one at a time. So a message that crashes its receivers uses
up the attempts of no other message (docs/decisions/0091).
"""

from __future__ import annotations

import json
from math import inf
from typing import TYPE_CHECKING, Any

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import Service
from brine.adapters.sqs import channel_message
from brine.domain.channels.message import Delivery
from brine.errors import StoreUnavailable
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.channels.message import ChannelMessage

_MAX_ANSWER = 12_000_000  # ten messages of 1 MiB, the most that SQS takes
_RETRY_POLICY = RetryPolicy(budget=3.0, connect_timeout=1.0, read_timeout=2.0)
# A waiting queue may answer after 20 s only. If an answer is lost on its way, SQS delivers its messages again.
_LONG = RetryPolicy(budget=24.0, connect_timeout=1.0, read_timeout=22.0, attempts=2)
_QUEUE, _RETRIES = "queue", "retries"
_OLD_FIRST = 0.5
_GRACE = 3.0
"""Seconds that an answer may take in addition to the time for which the queue waits."""
_STALE_HANDLES = frozenset(
    {"ReceiptHandleIsInvalid", "InvalidParameterValue", "InvalidParameterValueException", "MessageNotInflight"}
)


class SqsMessageQueue:
    """The MessageQueue port on two standard queues, by their URLs. The second is the dead-letter queue of the first.

    A handle is the name of its queue, a colon, and the receipt handle from SQS.
    """

    def __init__(self, aws: Aws, queue_url: str, retry_queue_url: str) -> None:
        self._api = JsonApi(Service(aws, "sqs", _RETRY_POLICY), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._long = JsonApi(Service(aws, "sqs", _LONG), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._urls: dict[str, str] = {_QUEUE: queue_url, _RETRIES: retry_queue_url}
        self._random = aws.random
        self._clock = aws.clock

    def send(self, message: ChannelMessage, *, deadline: Deadline | None = None) -> None:
        """Put the message into the first queue with one SendMessage. Raises StoreError."""
        body = channel_message.write(message)
        answer = self._api.call("SendMessage", {"QueueUrl": self._urls[_QUEUE], "MessageBody": body}, deadline)
        if "MessageId" not in _document("SendMessage", answer):
            raise StoreUnavailable("SendMessage: an answer without the message's id")

    def receive(self, *, most: int, wait: int, visibility: int, deadline: Deadline | None = None) -> list[Delivery]:
        """Return the messages of one queue, with one to three ReceiveMessage. Raises StoreError.

        A random choice decides which queue is read first, so that new and old messages do not delay each other.
        """
        if self._random() < _OLD_FIRST:
            returned = self._receive(_RETRIES, most=1, wait=0, visibility=visibility, deadline=deadline)
            if returned:
                return returned
        new = self._receive(_QUEUE, most=most, wait=wait, visibility=visibility, deadline=deadline)
        return new or self._receive(_RETRIES, most=1, wait=0, visibility=visibility, deadline=deadline)

    def _receive(
        self, name: str, *, most: int, wait: int, visibility: int, deadline: Deadline | None
    ) -> list[Delivery]:
        parameters: dict[str, object] = {
            "QueueUrl": self._urls[name],
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": wait,
            "VisibilityTimeout": visibility,
            "MessageSystemAttributeNames": ["SentTimestamp", "ApproximateReceiveCount"],
        }
        api = self._api
        if wait:
            api, deadline = self._long, (deadline or Deadline(inf, self._clock)).within(wait + _GRACE)
        document = _document("ReceiveMessage", api.call("ReceiveMessage", parameters, deadline))
        messages = document.get("Messages") or []
        try:
            return [_delivery(name, message) for message in messages]
        except (KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("ReceiveMessage: an answer that is not SQS's") from error

    def delete(self, handle: str, *, deadline: Deadline | None = None) -> bool:
        """Remove the message with one DeleteMessage. Return False for an invalid handle. Raises StoreError.

        SQS accepts an old handle without an error, and then may not delete the message.
        """
        return self._with_handle("DeleteMessage", handle, deadline)

    def extend(self, handle: str, visibility: int, *, deadline: Deadline | None = None) -> bool:
        """Hide the message for longer with one ChangeMessageVisibility. Raises StoreError."""
        return self._with_handle("ChangeMessageVisibility", handle, deadline, VisibilityTimeout=visibility)

    def _with_handle(self, operation: str, handle: str, deadline: Deadline | None, **parameters: object) -> bool:
        name, _, receipt_handle = handle.partition(":")
        if name not in self._urls:
            return False
        receipt = {"QueueUrl": self._urls[name], "ReceiptHandle": receipt_handle}
        try:
            self._api.call(operation, {**receipt, **parameters}, deadline)
        except AwsError as refused:
            if (refused.code or "").rpartition(".")[2] not in _STALE_HANDLES:
                raise
            return False
        return True


def _document(operation: str, answer: bytes) -> dict[str, Any]:
    try:
        document = json.loads(answer)
    except ValueError as error:
        raise StoreUnavailable(f"{operation}: an answer that is not JSON") from error
    return document if isinstance(document, dict) else {}


def _delivery(queue: str, message: dict[str, Any]) -> Delivery:
    attributes = message["Attributes"]
    return Delivery(
        handle=f"{queue}:{message['ReceiptHandle']}",
        message=channel_message.read(message["Body"]),
        sent_at=int(attributes["SentTimestamp"]) / 1000,
        attempt=int(attributes["ApproximateReceiveCount"]),  # SQS counts the deliveries of both queues together
    )
