"""The queue of a channel over SQS."""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any, Self

from brine.adapters import channel_message_form
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.refusals import Refused
from brine.adapters.aws.service import Patience, Service
from brine.domain.channel_message import Delivery
from brine.errors import StoreUnavailable
from brine.ports import Deadline

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.channel_message import ChannelMessage

_MAX_ANSWER = 12_000_000  # ten messages of a megabyte, the most that SQS takes by now
_PATIENCE = Patience(budget=3.0, connect_timeout=1.0, read_timeout=2.0)
# A queue that waits says nothing for 20 s. Messages of an answer that was lost on its way come again.
_LONG = Patience(budget=24.0, connect_timeout=1.0, read_timeout=22.0, attempts=2)
_GRACE = 3.0
"""Seconds that an answer may take beyond the time that the queue waits for a message."""
_STALE_HANDLES = frozenset(
    {"ReceiptHandleIsInvalid", "InvalidParameterValue", "InvalidParameterValueException", "MessageNotInflight"}
)


class SqsMessageQueue:
    """The MessageQueue port on a standard queue, by its URL."""

    def __init__(self, aws: Aws, queue_url: str) -> None:
        self._api = JsonApi(Service(aws, "sqs", _PATIENCE), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._long = JsonApi(Service(aws, "sqs", _LONG), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._queue_url = queue_url
        self._deadline = Deadline(float("inf"), aws.clock)

    def send(self, message: ChannelMessage) -> str:
        """One SendMessage. Raises StoreError."""
        body = channel_message_form.write(message)
        answer = self._api.call("SendMessage", {"QueueUrl": self._queue_url, "MessageBody": body})
        match _document("SendMessage", answer):
            case {"MessageId": str(id_)}:
                return id_
        raise StoreUnavailable("SendMessage: an answer without the message's id")

    def receive(self, *, most: int, wait: int, visibility: int) -> list[Delivery]:
        """One ReceiveMessage. Raises StoreError."""
        parameters: dict[str, object] = {
            "QueueUrl": self._queue_url,
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": wait,
            "VisibilityTimeout": visibility,
            "MessageSystemAttributeNames": ["SentTimestamp", "ApproximateReceiveCount"],
        }
        api = self._long.within(self._deadline.within(wait + _GRACE)) if wait else self._api
        document = _document("ReceiveMessage", api.call("ReceiveMessage", parameters))
        messages = document.get("Messages") or []
        try:
            return [_delivery(message) for message in messages]
        except (KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable("ReceiveMessage: an answer that is not SQS's") from error

    def delete(self, handle: str) -> bool:
        """One DeleteMessage. SQS takes an old handle without an error, and may not delete. Raises StoreError."""
        return self._with_handle("DeleteMessage", {"ReceiptHandle": handle})

    def extend(self, handle: str, visibility: int) -> bool:
        """One ChangeMessageVisibility. Raises StoreError."""
        parameters: dict[str, object] = {"ReceiptHandle": handle, "VisibilityTimeout": visibility}
        return self._with_handle("ChangeMessageVisibility", parameters)

    def within(self, deadline: Deadline) -> Self:
        """A copy whose calls are over by then."""
        queue = copy(self)
        queue._api = self._api.within(deadline)  # noqa: SLF001 - of its own kind
        queue._deadline = deadline  # noqa: SLF001 - the same
        return queue

    def _with_handle(self, operation: str, parameters: dict[str, object]) -> bool:
        try:
            self._api.call(operation, {"QueueUrl": self._queue_url, **parameters})
        except Refused as refused:
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


def _delivery(message: dict[str, Any]) -> Delivery:
    attributes = message["Attributes"]
    return Delivery(
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        message=channel_message_form.read(message["Body"]),
        sent_at=int(attributes["SentTimestamp"]) / 1000,
        attempt=int(attributes["ApproximateReceiveCount"]),
    )
