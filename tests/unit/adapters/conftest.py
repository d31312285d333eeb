from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.aws.credentials import AwsCredentials
from brine.adapters.aws.service import Aws
from brine.adapters.http1 import HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.loopback import Loopback


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient() as client:
        yield client


@pytest.fixture
def sleeps() -> list[float]:
    """The waits between attempts, which tests note instead of waiting."""
    return []


@pytest.fixture
def aws_at(client: HttpClient, sleeps: list[float]) -> Callable[[Loopback], Aws]:
    def aws_at(server: Loopback) -> Aws:
        return Aws(
            region="eu-central-1",
            credentials=AwsCredentials("AKID", "hush", "hush-token"),
            client=client,
            endpoint_url=str(server.address),
            sleep=sleeps.append,
            random=lambda: 0.5,
        )

    return aws_at
