"""Runs the whole suite in several processes. A run of files or folders that are named stays in one.

Tests of one file run in one process. So do the tests of a group, which share a build, an emulator or a twin.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parents[1]
GROUPS: Final = (
    ("build", ("artifact", "e2e/deployed")),
    ("ministack", ("contract/test_*_on_ministack.py", "contract/test_lease_races.py", "races")),
    ("soak", ("soak",)),
    ("attacks", ("attacks",)),
    ("conformance", ("conformance",)),
    ("emulators", ("e2e/twin", "exchange_run", "integration")),
    ("template", ("template",)),
)
"""Groups and their folders and files, the longest first, so that no process ends long after the others."""
OF_SEVERAL_FILES: Final = frozenset({"build", "ministack", "conformance", "template"})


@pytest.hookimpl(tryfirst=True)  # before xdist reads its options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Use two processes, or as many as there are processors, unless `-n` says how many."""
    option = config.option
    is_whole = config.args_source == pytest.Config.ArgsSource.TESTPATHS
    if hasattr(config, "workerinput") or option.collectonly or option.usepdb:
        return
    if is_whole and option.numprocesses is None:
        option.numprocesses = max(2, os.process_cpu_count() or 1)
    if option.numprocesses:
        option.dist, option.loadscopereorder = "loadgroup", False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first, and name the group of each test."""
    items.sort(key=lambda item: _place(item.path)[0])
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_place(item.path)[1]))


@cache
def _place(path: Path) -> tuple[int, str]:
    """Return the place of a file among the groups, and the name of its group."""
    below = path.relative_to(TESTS)
    for place, (name, patterns) in enumerate(GROUPS):
        if any(part.full_match(pattern) for part in (below, *below.parents) for pattern in patterns):
            return place, name if name in OF_SEVERAL_FILES else str(below)
    return len(GROUPS), str(below)
