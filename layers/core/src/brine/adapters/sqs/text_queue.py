"""A standard queue of texts over SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import Service

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports.deadline import Deadline

_MAX_ANSWER = 65_536  # it holds an id and two digests
# A short budget: the client waits for an answer that the function already has.
_RETRY_POLICY = RetryPolicy(budget=1.0, connect_timeout=0.5, read_timeout=0.5, attempts=2)


class SqsTextQueue:
    """The TextQueue port on a standard queue, by its URL."""

    def __init__(self, aws: Aws, queue_url: str) -> None:
        self._api = JsonApi(Service(aws, "sqs", _RETRY_POLICY), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._queue_url = queue_url

    def send(self, text: str, *, deadline: Deadline | None = None) -> None:
        """Enqueue a text with one SendMessage. Raises StoreError."""
        self._api.call("SendMessage", {"QueueUrl": self._queue_url, "MessageBody": text}, deadline)
