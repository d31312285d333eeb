"""Refresh requests over SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.sqs.refresh_message import write
from brine.adapters.sqs.text_queue import SqsTextQueue

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.refreshing.request import RefreshRequest
    from brine.ports.deadline import Deadline


class SqsRefreshQueue:
    """The RefreshQueue port on a standard queue, by its URL."""

    def __init__(self, aws: Aws, queue_url: str) -> None:
        self._queue = SqsTextQueue(aws, queue_url)

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
        """Enqueue a refresh request with one SendMessage. Raises StoreError."""
        self._queue.send(write(request), deadline=deadline)
