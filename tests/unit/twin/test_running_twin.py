"""The file that tells other commands which twin runs."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine_cli.running_twin import RunningTwin, running_twins, state_file, state_folder

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


def test_only_the_user_may_read_the_file_and_no_link_leads_it_elsewhere(
    twin: RunningTwin, environment: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("theirs")
    path = twin.write(environment)
    path.unlink()
    for name in (path.name, path.with_suffix(f".{twin.pid}.new").name):
        (path.parent / name).symlink_to(elsewhere)

    assert twin.write(environment) == path
    assert (path.is_symlink(), path.stat().st_mode & 0o777) == (False, 0o600)
    assert elsewhere.read_text() == "theirs"


def test_a_twin_that_was_killed_is_not_taken_for_the_one_that_has_its_url_now(
    twin: RunningTwin, environment: dict[str, str], tmp_path: Path
) -> None:
    killed = replace(twin, template=str(tmp_path / "killed.yaml"))  # its process id belongs to another process now
    elsewhere = replace(twin, template=str(tmp_path / "elsewhere.yaml"), url="http://127.0.0.1:8")
    for one in (killed, elsewhere):
        one.write(environment)
    twin.write(environment)

    assert RunningTwin.read(state_file(tmp_path / "killed.yaml", environment)) is None
    assert RunningTwin.read(state_file(tmp_path / "elsewhere.yaml", environment)) == elsewhere
    assert RunningTwin.read(state_file(tmp_path / "template.yaml", environment)) == twin
