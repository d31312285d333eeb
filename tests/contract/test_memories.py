from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.l1 import L1
from tests.contract.memory import MemoryContract

if TYPE_CHECKING:
    from brine.ports.caching import Memory


class TestL1(MemoryContract):
    @pytest.fixture
    def memory(self) -> Memory[str]:
        return L1(100)
