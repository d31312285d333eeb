from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.emulators.aws import emulator, moto_endpoint
from tests.support.emulators.built import built
from tests.support.emulators.deployment import deployed_stack
from tests.support.emulators.ministack import ministack

if TYPE_CHECKING:
    import pytest

__all__ = ["built", "deployed_stack", "emulator", "ministack", "moto_endpoint"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `fuzz` unless `-m` names it: a long search runs when it is asked for."""
    if "fuzz" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("fuzz")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
