"""Commands that read find the twin of their folder, and say so if they take that of another one."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine_cli.desk.twin_choice import DEFAULT_URL, TwinFinder, found_twin, twin_to_purge
from brine_cli.errors import CommandError
from brine_cli.running_twin import RunningTwin

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the command, and a folder for the files of twins."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return here


@pytest.fixture
def of_here(folder: Path) -> RunningTwin:
    return RunningTwin(template=str(folder / "template.yaml"), url="http://127.0.0.1:7", pid=os.getpid())


@pytest.fixture
def elsewhere(tmp_path: Path) -> RunningTwin:
    return RunningTwin(template=str(tmp_path / "shop/template.yaml"), url="http://127.0.0.1:8", pid=os.getpid())


def test_the_twin_of_the_folder_is_taken_in_silence(
    of_here: RunningTwin, elsewhere: RunningTwin, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found_twin(None) == DEFAULT_URL
    with of_here.announced(os.environ), elsewhere.announced(os.environ):
        assert found_twin(None) == of_here.url
    assert capsys.readouterr().err == ""


def test_a_twin_of_another_folder_is_named_once(elsewhere: RunningTwin, capsys: pytest.CaptureFixture[str]) -> None:
    with elsewhere.announced(os.environ):
        find = TwinFinder(None)
        assert [find(), find()] == [elsewhere.url] * 2
    told = capsys.readouterr().err
    assert told.count("no twin of template.yaml runs here") == 1
    assert f"the twin of {elsewhere.template} at {elsewhere.url}" in told


def test_a_named_twin_needs_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert found_twin("localhost:3001") == "http://localhost:3001"
    with pytest.raises(CommandError, match="--twin ftp://x is not the URL of a server"):
        found_twin("ftp://x")
    assert capsys.readouterr().err == ""


def test_a_twin_is_followed_when_it_starts_again_and_no_other_takes_its_place(
    of_here: RunningTwin, elsewhere: RunningTwin, capsys: pytest.CaptureFixture[str]
) -> None:
    find = TwinFinder(None)
    with of_here.announced(os.environ):
        assert find() == of_here.url
    with elsewhere.announced(os.environ):
        assert find() == of_here.url
        with replace(of_here, url="http://127.0.0.1:9").announced(os.environ):
            assert find() == "http://127.0.0.1:9"
    assert capsys.readouterr().err == ""


def test_a_purge_may_change_the_twin_of_the_folder_or_a_named_one(of_here: RunningTwin, elsewhere: RunningTwin) -> None:
    with elsewhere.announced(os.environ):
        assert twin_to_purge("127.0.0.1:8", os.environ) == elsewhere.url
        with of_here.announced(os.environ):
            assert twin_to_purge(None, os.environ) == of_here.url


def test_the_twins_of_other_folders_are_named_to_a_purge(elsewhere: RunningTwin, tmp_path: Path) -> None:
    third = replace(elsewhere, template=str(tmp_path / "depot/template.yaml"), url="http://127.0.0.1:9")
    with elsewhere.announced(os.environ), third.announced(os.environ), pytest.raises(CommandError) as caught:
        twin_to_purge(None, os.environ)
    assert f"{third.url} (of {third.template})" in str(caught.value)
    assert f"{elsewhere.url} (of {elsewhere.template})" in str(caught.value)
    assert str(caught.value).endswith("Give --twin URL")
