"""The ways to AWS for which every contract of an adapter holds."""

from __future__ import annotations

import uuid
from contextlib import closing
from typing import TYPE_CHECKING, Any

import moto.core.models  # noqa: F401 - before the session: a session that is older does not know moto
import pytest
from moto import mock_aws

from brine.adapters.http1 import HttpClient
from tests.support.emulators.aws import TRANSPORTS, emulator_at, sdk
from tests.support.links import requested, requested_in_mock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.aws.service import Aws
    from tests.support.emulators.aws import Connect, Emulator
    from tests.support.links import Requested

MOCK = "mock_aws"


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient() as client:
        yield client


@pytest.fixture(params=[*TRANSPORTS, MOCK])
def way(request: pytest.FixtureRequest) -> str:
    """Either transport to moto's server, or moto's mock in this process, which only botocore reaches."""
    return str(request.param)


@pytest.fixture(params=TRANSPORTS)
def connect(request: pytest.FixtureRequest) -> Connect:
    """Either transport, for emulators in processes of their own."""
    return TRANSPORTS[request.param]


@pytest.fixture
def emulator(emulator: Emulator, way: str) -> Iterator[Emulator]:
    if way != MOCK:
        yield emulator
        return
    with mock_aws(), emulator_at(None) as mocked:
        yield mocked


@pytest.fixture
def aws(client: HttpClient, emulator: Emulator, way: str) -> Iterator[Aws]:
    aws = emulator.reached_over(TRANSPORTS["botocore" if way == MOCK else way], client)
    with closing(aws.transport):
        yield aws


@pytest.fixture
def sqs(emulator: Emulator) -> Iterator[Any]:
    with closing(sdk().client("sqs", endpoint_url=emulator.endpoint_url or None)) as client:
        yield client


@pytest.fixture
def by_url(way: str) -> Requested:
    """Sends a request to a presigned URL."""
    return requested_in_mock if way == MOCK else requested


@pytest.fixture
def table(emulator: Emulator) -> str:
    return emulator.create_table(f"contract-{uuid.uuid4().hex}")


@pytest.fixture
def bucket(emulator: Emulator) -> str:
    return emulator.create_bucket(f"contract-{uuid.uuid4().hex}")
