"""Where `brine purge` acts: in the twin of this folder, in a named twin, or in a stack. It never guesses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli import __main__ as program
from brine_cli.commands.purging import purge
from brine_cli.desk.client import DeskClient
from brine_cli.running_twin import RunningTwin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture
def purges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where the command purges or lists: the URLs of twins, or the table of a stack."""
    places: list[str] = []

    def post(client: DeskClient, _: str, members: Mapping[str, object]) -> dict[str, Any]:
        places.append(f"{client.url} {'dry' if members['dry_run'] else 'purged'}")
        return {"items": [], "count": 0, "bytes": 0, "complete": True}

    monkeypatch.setattr(DeskClient, "post", post)
    monkeypatch.setattr(purge, "run", lambda options: places.append(options.table or os.environ["BRINE_TABLE"]))
    return places


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the command, where no twin runs."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("BRINE_TABLE", raising=False)
    return here


@pytest.fixture
def of_here(folder: Path) -> Iterator[RunningTwin]:
    """A twin of this folder."""
    twin = RunningTwin(template=str(folder / "template.yaml"), url="http://127.0.0.1:3000", pid=os.getpid())
    with twin.announced(os.environ):
        yield twin


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[RunningTwin]:
    """A twin of another folder."""
    twin = RunningTwin(template=str(tmp_path / "shop/template.yaml"), url="http://127.0.0.1:3001", pid=os.getpid())
    with twin.announced(os.environ):
        yield twin


@pytest.mark.usefixtures("elsewhere", "of_here")
def test_the_twin_of_this_folder_is_purged_whichever_others_run(purges: list[str]) -> None:
    assert program.main(["purge", "--everything"]) == 0
    assert purges == ["http://127.0.0.1:3000 purged"]


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_a_twin_of_another_folder_is_never_purged_unnamed(
    purges: list[str], elsewhere: RunningTwin, capsys: pytest.CaptureFixture[str], dry_run: tuple[str, ...]
) -> None:
    assert program.main(["purge", "--everything", *dry_run]) == 1

    told = capsys.readouterr().err
    assert purges == []
    assert "no twin of template.yaml runs here" in told
    assert f"http://127.0.0.1:3001 (of {elsewhere.template})" in told
    assert "--twin http://127.0.0.1:3001" in told


@pytest.mark.usefixtures("elsewhere")
def test_a_twin_of_another_folder_is_purged_by_its_url(purges: list[str]) -> None:
    assert program.main(["purge", "--everything", "--twin", "http://127.0.0.1:3001"]) == 0
    assert purges == ["http://127.0.0.1:3001 purged"]


@pytest.mark.usefixtures("of_here")
def test_the_table_of_the_environment_is_that_of_a_stack(purges: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRINE_TABLE", "prod")
    assert program.main(["purge", "--everything"]) == 0
    assert purges == ["prod"]


@pytest.mark.usefixtures("of_here")
def test_a_dry_run_for_a_stack_is_refused(
    purges: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRINE_TABLE", "prod")
    assert program.main(["purge", "--everything", "--dry-run"]) == 2

    told = capsys.readouterr().err
    assert purges == []
    assert "BRINE_TABLE names the table prod of a stack" in told
    assert "Name the stack with --stack NAME, or the twin with --twin URL, or unset BRINE_TABLE" in told


@pytest.mark.usefixtures("of_here")
def test_a_named_twin_comes_before_the_table_of_the_environment(
    purges: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRINE_TABLE", "prod")
    for more in ((), ("--dry-run",)):
        assert program.main(["purge", "--everything", "--twin", "http://127.0.0.1:3000", *more]) == 0
    assert purges == ["http://127.0.0.1:3000 purged", "http://127.0.0.1:3000 dry"]


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_without_a_twin_and_a_table_the_command_asks_for_one(
    purges: list[str], capsys: pytest.CaptureFixture[str], dry_run: tuple[str, ...]
) -> None:
    assert program.main(["purge", "--everything", *dry_run]) == 1
    assert purges == []
    assert "no twin of template.yaml runs here. Start `brine dev`" in capsys.readouterr().err
