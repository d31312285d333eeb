from __future__ import annotations

import pytest

from tests.unit.service.channels.world import World


@pytest.fixture
def world() -> World:
    return World()
