from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1 import HttpClient
from tests.support.emulators.aws import TRANSPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.emulators.aws import Connect
    from tests.support.loopback import Loopback


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient() as client:
        yield client


@pytest.fixture
def sleeps() -> list[float]:
    """The waits between attempts, which tests note instead of waiting."""
    return []


@pytest.fixture(params=TRANSPORTS)
def connect(request: pytest.FixtureRequest) -> Connect:
    """Makes a transport to AWS. Tests with this fixture run with each of them."""
    return TRANSPORTS[request.param]


@pytest.fixture
def aws_at(client: HttpClient, connect: Connect, sleeps: list[float]) -> Iterator[Callable[[Loopback], Aws]]:
    with ExitStack() as transports:

        def aws_at(server: Loopback) -> Aws:
            transport = connect(client, str(server.address), AwsCredentials("AKID", "hush", "hush-token"))
            transports.callback(transport.close)
            return Aws(transport=transport, sleep=sleeps.append, random=lambda: 0.5)

        yield aws_at
