"""The queue of a channel over SQS: two queues, of which the second has what was given before.

SQS itself moves a message from the first to the second, which is the dead-letter queue of the first, with a
maxReceiveCount of 1. The first gives many at once, and the second one at a time: a message on which receivers crash
uses up the attempts of no other (docs/decisions/0091).
"""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any, Self

from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import RetryPolicy, Service
from brine.adapters.sqs import channel_message
from brine.domain.channels.message import Delivery
from brine.errors import StoreUnavailable
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.channels.message import ChannelMessage

_MAX_ANSWER = 12_000_000  # ten messages of a megabyte, the most that SQS takes by now
_RETRY_POLICY = RetryPolicy(budget=3.0, connect_timeout=1.0, read_timeout=2.0)
# A queue that waits says nothing for 20 s. Messages of an answer that was lost on its way come again.
_LONG = RetryPolicy(budget=24.0, connect_timeout=1.0, read_timeout=22.0, attempts=2)
_QUEUE, _RETRIES = "queue", "retries"
_OLD_FIRST = 0.5
_GRACE = 3.0
"""Seconds that an answer may take beyond the time that the queue waits for a message."""
_STALE_HANDLES = frozenset(
    {"ReceiptHandleIsInvalid", "InvalidParameterValue", "InvalidParameterValueException", "MessageNotInflight"}
)


class SqsMessageQueue:
    """The MessageQueue port on two standard queues, by their URLs. The second is the dead-letter queue of the first.

    A handle begins with the name of its queue.
    """

    def __init__(self, aws: Aws, queue_url: str, retry_queue_url: str) -> None:
        self._api = JsonApi(Service(aws, "sqs", _RETRY_POLICY), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._long = JsonApi(Service(aws, "sqs", _LONG), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._urls: dict[str, str] = {_QUEUE: queue_url, _RETRIES: retry_queue_url}
        self._random = aws.random
        self._deadline = Deadline(float("inf"), aws.clock)

    def send(self, message: ChannelMessage) -> None:
        """One SendMessage. Raises StoreError."""
        body = channel_message.write(message)
        answer = self._api.call("SendMessage", {"QueueUrl": self._urls[_QUEUE], "MessageBody": body})
        if "MessageId" not in _document("SendMessage", answer):
            raise StoreUnavailable("SendMessage: an answer without the message's id")

    def receive(self, *, most: int, wait: int, visibility: int) -> list[Delivery]:
        """One to three ReceiveMessage. Raises StoreError.

        Which queue comes first is left to chance: neither new messages nor old ones may hold up the others.
        """
        if self._random() < _OLD_FIRST:
            returned = self._receive(_RETRIES, most=1, wait=0, visibility=visibility)
            if returned:
                return returned
        new = self._receive(_QUEUE, most=most, wait=wait, visibility=visibility)
        return new or self._receive(_RETRIES, most=1, wait=0, visibility=visibility)

    def _receive(self, name: str, *, most: int, wait: int, visibility: int) -> list[Delivery]:
        parameters: dict[str, object] = {
            "QueueUrl": self._urls[name],
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": wait,
            "VisibilityTimeout": visibility,
            "MessageSystemAttributeNames": ["SentTimestamp", "ApproximateReceiveCount"],
        }
        api = self._long.within(self._deadline.within(wait + _GRACE)) if wait else self._api
        document = _document("ReceiveMessage", api.call("ReceiveMessage", parameters))
        messages = document.get("Messages") or []
        try:
            return [_delivery(name, message) for message in messages]
        except (KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("ReceiveMessage: an answer that is not SQS's") from error

    def delete(self, handle: str) -> bool:
        """One DeleteMessage. SQS takes an old handle without an error, and may not delete. Raises StoreError."""
        return self._with_handle("DeleteMessage", handle)

    def extend(self, handle: str, visibility: int) -> bool:
        """One ChangeMessageVisibility. Raises StoreError."""
        return self._with_handle("ChangeMessageVisibility", handle, VisibilityTimeout=visibility)

    def within(self, deadline: Deadline) -> Self:
        """A copy whose calls are over by then."""
        queue = copy(self)
        queue._api = self._api.within(deadline)  # noqa: SLF001 - of its own kind
        queue._deadline = deadline  # noqa: SLF001 - the same
        return queue

    def _with_handle(self, operation: str, handle: str, **parameters: object) -> bool:
        name, _, receipt_handle = handle.partition(":")
        if name not in self._urls:
            return False
        try:
            self._api.call(operation, {"QueueUrl": self._urls[name], "ReceiptHandle": receipt_handle, **parameters})
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
        attempt=int(attributes["ApproximateReceiveCount"]),  # of both queues together
    )
