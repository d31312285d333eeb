from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.sqs import refresh_message
from brine.adapters.sqs.refresh_queue import SqsRefreshQueue
from brine.errors import StoreUnavailable
from tests.contract.refresh_queue import PLAIN, RefreshQueueContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.aws.service import Aws
    from brine.domain.refreshing.request import RefreshRequest


class TestMemoryRefreshQueue(RefreshQueueContract):
    @pytest.fixture
    def queue(self) -> MemoryRefreshQueue:
        return MemoryRefreshQueue()

    @pytest.fixture
    def taken(self, queue: MemoryRefreshQueue) -> Callable[[], list[RefreshRequest]]:
        def taken() -> list[RefreshRequest]:
            requests, queue.requests = queue.requests, []
            return requests

        return taken


class TestSqsRefreshQueue(RefreshQueueContract):
    @pytest.fixture
    def url(self, sqs: Any) -> str:
        url: str = sqs.create_queue(QueueName=f"contract-{uuid.uuid4().hex}")["QueueUrl"]
        return url

    @pytest.fixture
    def queue(self, aws: Aws, url: str) -> SqsRefreshQueue:
        return SqsRefreshQueue(aws, url)

    @pytest.fixture
    def taken(self, sqs: Any, url: str) -> Callable[[], list[RefreshRequest]]:
        def taken() -> list[RefreshRequest]:
            requests = []
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                requests += [refresh_message.read(message["Body"]) for message in messages]
            return requests

        return taken

    def test_a_queue_that_is_not_there_is_a_failure(self, aws: Aws) -> None:
        with pytest.raises(StoreUnavailable, match=r"SendMessage: .*(NonExistentQueue|QueueDoesNotExist)"):
            SqsRefreshQueue(aws, "https://sqs.test/123456789012/nowhere").send(PLAIN)
