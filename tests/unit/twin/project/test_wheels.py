"""A project gets Brine's wheels: from a given folder, from where brine-cli came, or built by a checkout."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import brine_cli
from brine_cli.errors import CommandError
from brine_cli.project import wheels
from brine_cli.project.wheels import DISTRIBUTIONS, add_wheels, uv_command

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = sorted(f"{name.replace('-', '_')}-{brine_cli.__version__}-py3-none-any.whl" for name in DISTRIBUTIONS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the wheels of this version, of an older one, and of another package."""
    made = tmp_path / "my wheels"
    made.mkdir()
    for name in (*NAMES, "brine_cli-0.0.9-py3-none-any.whl", "six-1.0-py3-none-any.whl"):
        (made / name).write_text(name)
    return made


@pytest.fixture
def installed_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Let brine-cli be an installed wheel, with this text as its direct_url.json (PEP 610)."""

    class Installed:
        def __init__(self, text: str | None) -> None:
            self.text = text

        def read_text(self, name: str) -> str | None:
            return self.text if name == "direct_url.json" else None

    def install(text: str | None) -> None:
        monkeypatch.setattr(wheels, "distribution", lambda _: Installed(text))
        monkeypatch.setattr(wheels, "checkout", lambda: None)

    return install


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let uv be a program with this code. Its arguments are in sys.argv."""

    def write(code: str) -> None:
        program = tmp_path / "uv"
        program.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{code}\n")
        program.chmod(0o755)
        monkeypatch.setenv("UV", str(program))

    return write


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_wheels_of_this_version_are_copied_from_a_given_folder(folder: Path, tmp_path: Path) -> None:
    add_wheels(tmp_path / "project/wheels", folder)
    assert names(tmp_path / "project/wheels") == NAMES
    assert (tmp_path / "project/wheels" / NAMES[0]).read_text() == NAMES[0]


def test_a_missing_wheel_is_named_and_no_other_is_copied(folder: Path, tmp_path: Path) -> None:
    (folder / NAMES[-1]).unlink()
    with pytest.raises(CommandError) as raised:
        add_wheels(tmp_path / "wheels", folder)
    version = brine_cli.__version__
    expected = f"{folder / NAMES[-1]} does not exist. Give --wheels the folder with the wheels of Brine {version}."
    assert str(raised.value) == expected
    assert not (tmp_path / "wheels").exists()


def test_a_folder_that_cannot_be_written_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "wheels").write_text("")
    with pytest.raises(CommandError, match="/wheels cannot be written: "):
        add_wheels(tmp_path / "wheels", folder)


def test_an_installation_knows_the_folder_that_it_came_from(
    folder: Path, tmp_path: Path, installed_from: Callable[[str | None], None]
) -> None:
    installed_from(json.dumps({"url": (folder / "brine_cli-0.1.0-py3-none-any.whl").as_uri(), "archive_info": {}}))
    add_wheels(tmp_path / "wheels", None)
    assert names(tmp_path / "wheels") == NAMES


@pytest.mark.parametrize(
    "text",
    [
        None,  # from an index
        '{"url": "https://example.com/brine_cli-0.1.0-py3-none-any.whl", "archive_info": {}}',
        '{"url": "file:///home/me/brine/cli", "dir_info": {}}',
    ],
)
def test_another_installation_asks_for_the_folder(
    text: str | None, tmp_path: Path, installed_from: Callable[[str | None], None]
) -> None:
    installed_from(text)
    with pytest.raises(CommandError, match="the folder of Brine's wheels is not known: give it with --wheels"):
        add_wheels(tmp_path / "wheels", None)


BUILD = """
folder = pathlib.Path(sys.argv[sys.argv.index("--out-dir") + 1])
folder.mkdir(parents=True)
for name in ("brine_cli.whl", ".gitignore"):
    (folder / name).write_text(f"{pathlib.Path.cwd()} {sys.argv[1:-1]}")
"""


def test_a_checkout_builds_them(tmp_path: Path, command: Callable[[str], None]) -> None:
    command(BUILD)
    add_wheels(tmp_path / "wheels", None)
    assert names(tmp_path / "wheels") == ["brine_cli.whl"]  # uv's .gitignore would keep them out of the repository
    root = Path(__file__).parents[4]
    arguments = ["build", "--quiet", "--all-packages", "--wheel", "--out-dir"]
    assert (tmp_path / "wheels/brine_cli.whl").read_text() == f"{root} {arguments}"


def test_a_build_that_fails_shows_the_reason(tmp_path: Path, command: Callable[[str], None]) -> None:
    command("sys.exit('no backend')")
    with pytest.raises(CommandError, match="Brine's wheels cannot be built: no backend"):
        add_wheels(tmp_path / "wheels", None)


def test_a_checkout_without_uv_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert uv_command() is None
    with pytest.raises(CommandError, match="uv is needed to build Brine's wheels: pip install uv"):
        add_wheels(tmp_path / "wheels", None)
