"""The long search runs when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `fuzz` unless `-m` names it."""
    if "fuzz" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("fuzz")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
