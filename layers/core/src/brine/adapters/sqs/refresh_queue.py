"""Refresh requests over SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import RetryPolicy, Service
from brine.adapters.sqs.refresh_message import write

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.deadline import Deadline

_MAX_ANSWER = 65_536  # it holds an id and two digests
# A short budget: the client waits for an answer that the gateway already has.
_RETRY_POLICY = RetryPolicy(budget=1.0, connect_timeout=0.5, read_timeout=0.5, attempts=2)


class SqsRefreshQueue:
    """The RefreshQueue port on a standard queue, by its URL."""

    def __init__(self, aws: Aws, queue_url: str) -> None:
        self._api = JsonApi(Service(aws, "sqs", _RETRY_POLICY), "AmazonSQS", "1.0", _MAX_ANSWER)
        self._queue_url = queue_url

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
        """Enqueue a refresh request with one SendMessage. Raises StoreError."""
        self._api.call("SendMessage", {"QueueUrl": self._queue_url, "MessageBody": write(request)}, deadline)
