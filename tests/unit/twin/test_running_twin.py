"""The file that tells other commands which twin runs."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine_cli.running_twin import RunningTwin, running_twins, state_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def twin(tmp_path: Path) -> RunningTwin:
    return RunningTwin(template=str(tmp_path / "template.yaml"), url="http://127.0.0.1:7", pid=os.getpid())


def test_a_twin_is_found_while_it_runs(twin: RunningTwin, environment: dict[str, str], tmp_path: Path) -> None:
    with twin.announced(environment):
        assert RunningTwin.of(tmp_path / "template.yaml", environment) == twin
        assert RunningTwin.of(tmp_path / "other.yaml", environment) is None
        assert running_twins(environment) == [twin]
    assert RunningTwin.of(tmp_path / "template.yaml", environment) is None
    assert list(state_folder(environment).iterdir()) == []


def test_the_file_of_a_later_twin_of_the_template_stays(
    twin: RunningTwin, environment: dict[str, str], tmp_path: Path
) -> None:
    later = replace(twin, url="http://127.0.0.1:8")
    with twin.announced(environment):
        later.write(environment)
    assert RunningTwin.of(tmp_path / "template.yaml", environment) == later


def test_a_twin_that_was_killed_is_not_found(twin: RunningTwin, environment: dict[str, str], tmp_path: Path) -> None:
    replace(twin, pid=2**22 + 1).write(environment)
    assert RunningTwin.of(tmp_path / "template.yaml", environment) is None


def test_a_twin_runs_without_a_file_too(twin: RunningTwin, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with twin.announced({"XDG_STATE_HOME": str(tmp_path / "file")}):
        pass
