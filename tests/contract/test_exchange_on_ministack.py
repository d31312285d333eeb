"""The contracts of the exchange on a second emulator: its conditional writes are atomic for many clients at once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import boto3
import pytest

from brine.adapters.dynamodb.single_use import DynamoSingleUseStore
from brine.adapters.s3.claims import S3ClaimStore
from brine.adapters.sqs.message_queue import SqsMessageQueue
from tests.contract.claim_store import ClaimStoreContract
from tests.contract.message_queue import MessageQueueContract
from tests.contract.single_use_store import SingleUseStoreContract, begin
from tests.contract.test_message_queues import two_queues
from tests.support.emulators.aws import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.aws.service import Aws
    from brine.adapters.http1 import HttpClient
    from tests.support.emulators.aws import Connect, Emulator

pytestmark = pytest.mark.races


@pytest.fixture
def aws(client: HttpClient, ministack: Emulator, connect: Connect) -> Iterator[Aws]:
    aws = ministack.reached_over(connect, client)
    with closing(aws.transport):
        yield aws


class TestSqsMessageQueueOnMinistack(MessageQueueContract):
    @pytest.fixture
    def queue(self, aws: Aws, ministack: Emulator) -> SqsMessageQueue:
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
        with closing(session.client("sqs", endpoint_url=ministack.endpoint_url)) as sqs:
            return SqsMessageQueue(aws, *two_queues(sqs))


class TestS3ClaimStoreOnMinistack(ClaimStoreContract):
    @pytest.fixture
    def claims(self, aws: Aws, ministack: Emulator) -> S3ClaimStore:
        return S3ClaimStore(aws, ministack.create_bucket(f"contract-{uuid.uuid4().hex}"))


class TestDynamoSingleUseStoreOnMinistack(SingleUseStoreContract):
    @pytest.fixture
    def marks(self, aws: Aws, ministack: Emulator) -> DynamoSingleUseStore:
        return DynamoSingleUseStore(aws, ministack.create_table(f"contract-{uuid.uuid4().hex}"))

    def test_of_many_at_once_one_may(self, marks: DynamoSingleUseStore, key: str) -> None:
        with ThreadPoolExecutor(50) as threads:
            found = list(threads.map(lambda number: begin(marks, key, str(number)), range(50)))
        assert found.count(None) == 1
