from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1 import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.aws.service import Aws
    from tests.support.emulators.aws import Emulator


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient() as client:
        yield client


@pytest.fixture
def aws(client: HttpClient, emulator: Emulator) -> Aws:
    return emulator.reached_by(client)


@pytest.fixture(scope="session")
def table(emulator: Emulator) -> str:
    return emulator.create_table("contract")


@pytest.fixture(scope="session")
def bucket(emulator: Emulator) -> str:
    return emulator.create_bucket("contract-bodies")
