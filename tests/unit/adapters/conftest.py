from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1 import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient() as client:
        yield client
