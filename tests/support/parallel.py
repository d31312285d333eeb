"""Runs the whole suite in several processes. A run of files or folders that are named stays in one.

Tests of one file run in one process. So do the tests of a group, which share a build, an emulator or a twin.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = PurePosixPath(Path(__file__).parents[1].name)
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "build": ("artifact", "e2e/deployed"),
    "ministack": ("contract/test_*_on_ministack.py", "contract/test_lease_races.py", "races"),
    "soak": ("soak",),
    "attacks": ("attacks/*.py",),
    "conformance": ("conformance",),
    "emulators": ("e2e", "exchange_run", "integration"),
    "template": ("template",),
}
"""Folders and files below `tests` by group, the longest first, so that no process ends long after the others."""
BY_FILE: Final = frozenset({"attacks", "emulators"})
"""Groups of which each file may run in another process."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads its options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Use two processes, or as many as there are processors, unless `-n` says how many."""
    option = config.option
    is_whole = config.args_source == pytest.Config.ArgsSource.TESTPATHS
    is_worker = hasattr(config, "workerinput")
    if is_whole and not is_worker and option.numprocesses is None and not option.collectonly and not option.usepdb:
        option.numprocesses = max(2, os.process_cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first."""
    places = {name: place for place, name in enumerate((*GROUPS, None))}
    items.sort(key=lambda item: places[group_of(item.nodeid)])


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Return the scheduler that keeps groups and files together."""
    config.option.loadscopereorder = False
    return _ByGroup(config, log)


class _ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # as above
    def _split_scope(self, nodeid: str) -> str:
        group, path = group_of(nodeid), nodeid.partition("::")[0]
        return path if group is None or group in BY_FILE else group


def group_of(nodeid: str) -> str | None:
    """Return the name of a test's group, or None."""
    path = PurePosixPath(nodeid.partition("::")[0]).relative_to(FOLDER)
    for name, patterns in GROUPS.items():
        if any(part.full_match(pattern) for part in (path, *path.parents) for pattern in patterns):
            return name
    return None
