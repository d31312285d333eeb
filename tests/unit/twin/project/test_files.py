"""Files that belong together are written together, and no file is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2 import UndefinedError

from brine_cli.errors import CommandError
from brine_cli.project.files import NewFiles, rendered

if TYPE_CHECKING:
    from pathlib import Path


def tree(folder: Path) -> dict[str, str]:
    """The texts of all files below a folder, by path."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_files_are_written_into_new_folders_and_listed(tmp_path: Path) -> None:
    (tmp_path / "changed").write_text("old\n")
    files = NewFiles(tmp_path)
    files.add("a/b/new.txt", "new\n")
    files.change("changed", "first\r\nsecond\n")
    assert files.write() == ["a/b/new.txt", "changed (changed)"]
    assert (tmp_path / "changed").read_bytes() == b"first\r\nsecond\n"
    assert sorted(tree(tmp_path)) == ["a/b/new.txt", "changed"]


def test_a_changed_file_keeps_its_permissions_and_its_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old\n")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    files = NewFiles(tmp_path)
    files.change("link", "new\n")
    files.write()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new\n"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(CommandError, match=r"/a exists\. Nothing was written: choose another name, or remove it"):
        NewFiles(tmp_path).add("a", "theirs")
    assert tree(tmp_path) == {"a": "mine"}


def test_a_file_that_came_since_stays_and_the_others_are_removed_again(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    files = NewFiles(tmp_path)
    for path in ("kept/first", "new/folder/second", "third"):
        files.add(path, "ours")
    (tmp_path / "third").write_text("mine")
    with pytest.raises(CommandError, match=r"/third cannot be written: File exists\. No file was changed"):
        files.write()
    assert tree(tmp_path) == {"third": "mine"}
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["kept", "third"]


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    files = NewFiles(tmp_path)
    files.add("first", "ours")
    files.add("routes/second", "ours")
    (tmp_path / "routes").write_text("mine")
    with pytest.raises(CommandError, match="/routes/second cannot be written: Not a directory"):
        files.write()
    assert tree(tmp_path) == {"routes": "mine"}


def test_no_file_is_changed_if_one_of_them_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    files = NewFiles(tmp_path)
    files.add("new", "ours")
    files.change("one", "ours")
    files.change("missing/two", "ours")
    with pytest.raises(CommandError, match=r"missing/\.two\.new cannot be written: No such file"):
        files.write()
    assert tree(tmp_path) == {"one": "mine"}


def test_a_template_without_one_of_its_values_is_a_mistake() -> None:
    with pytest.raises(UndefinedError, match="'path' is undefined"):
        rendered("function/app.py", {"name": "a", "module": "a", "pascal": "A"})
