from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory import MemoryBodyStore
from brine.adapters.s3 import S3BodyStore
from tests.contract.body_store import BodyStoreContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.ports import BodyStore


class TestMemoryBodyStore(BodyStoreContract):
    @pytest.fixture
    def store(self) -> BodyStore:
        return MemoryBodyStore()


class TestS3BodyStore(BodyStoreContract):
    @pytest.fixture
    def store(self, aws: Aws, bucket: str) -> BodyStore:
        return S3BodyStore(aws, bucket)
