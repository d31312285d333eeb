"""The emulator of the races, which has atomic writes, and a slow origin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.races.crowd import SlowOrigin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.emulators.aws import Emulator

KEYS = '{"1": "a secret of the tests that is long enough"}'


@pytest.fixture
def origin() -> Iterator[SlowOrigin]:
    with SlowOrigin(delay=0.1) as origin:
        yield origin


@pytest.fixture
def environment(ministack: Emulator, origin: SlowOrigin, tmp_path: Path) -> dict[str, str]:
    """The environment variables of a gateway with the route /o to the origin."""
    name = f"stampede-{uuid4().hex[:8]}"
    routes = tmp_path / "routes.toml"
    routes.write_text(f'[[route]]\nname = "o"\nprefix = "/o"\norigin = "{origin.url}"\n')
    return {
        **ministack.environment,
        "BRINE_TABLE": ministack.create_table(name),
        "BRINE_BUCKET": ministack.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": ministack.create_secret(name, KEYS),
        "BRINE_ROUTES": str(routes),
    }
