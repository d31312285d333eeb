from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.support.emulators.aws import emulator, moto_endpoint
from tests.support.emulators.built import built
from tests.support.emulators.deployment import deployed_stack
from tests.support.emulators.ministack import ministack

pytest_plugins = ["tests.support.parallel"]
__all__ = ["built", "deployed_stack", "emulator", "ministack", "moto_endpoint"]

TESTS: Final = Path(__file__).parent
SLOW: Final = (
    *("artifact", "attacks", "conformance", "e2e", "exchange_run", "integration", "races", "soak"),
    *("contract/test_*_on_ministack.py", "contract/test_lease_races.py"),
)
"""The folders and files below `tests` whose tests are all slow. Other slow tests have the mark themselves."""

ON_REQUEST: Final = ("fuzz", "trial")
"""The marks of tests that take minutes each and find little more than others."""


@cache
def is_slow(path: Path) -> bool:
    """Return whether every test in this folder or file is slow."""
    below = path.relative_to(TESTS)
    return any(part.full_match(pattern) for part in (below, *below.parents) for pattern in SLOW)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the slow files for `-m "not slow"`."""
    is_quick_run = config.getoption("markexpr") == "not slow"
    return True if is_quick_run and collection_path.is_relative_to(TESTS) and is_slow(collection_path) else None


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow tests. Leave out those with a mark of ON_REQUEST, unless `-m` names it."""
    for item in items:
        if is_slow(item.path):
            item.add_marker(pytest.mark.slow)
    unasked = [mark for mark in ON_REQUEST if mark not in config.getoption("markexpr")]
    left_out = [item for item in items if any(item.get_closest_marker(mark) for mark in unasked)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
