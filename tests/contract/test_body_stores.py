from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.stores import MemoryBodyStore
from brine.adapters.s3.bodies import S3BodyStore
from tests.contract.body_store import BodyStoreContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.aws.service import Aws
    from brine.domain.http.messages import Response
    from brine.ports.caching import BodyStore
    from tests.support.links import Requested


class TestMemoryBodyStore(BodyStoreContract):
    @pytest.fixture
    def store(self) -> MemoryBodyStore:
        return MemoryBodyStore()

    @pytest.fixture
    def follow(self, store: MemoryBodyStore) -> Callable[[str], Response]:
        return store.links.__getitem__


class TestS3BodyStore(BodyStoreContract):
    @pytest.fixture
    def store(self, aws: Aws, bucket: str) -> BodyStore:
        return S3BodyStore(aws, bucket)

    @pytest.fixture
    def follow(self, by_url: Requested) -> Callable[[str], Response]:
        return by_url
