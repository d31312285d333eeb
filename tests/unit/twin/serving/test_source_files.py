"""The digests of files: what counts, and when a file is read again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from brine_cli.serving.source_files import SourceFiles
from tests.support.projects import write_project

if TYPE_CHECKING:
    from pathlib import Path

IGNORED = (
    *(".git/index", ".venv/x.py", "venv/x.py", "node_modules/x.js", "__pycache__/a.pyc", "a/site-packages/x.py"),
    *(".app.py.swp", "app.py~", "4913", ".#app.py", "#app.py#", "app.pyc", ".DS_Store", "app.py.tmp"),
)


def test_files_of_editors_tools_and_packages_do_not_count(tmp_path: Path) -> None:
    write_project(tmp_path, dict.fromkeys([*IGNORED, "app.py", "a/b/words.txt", ".env"], "x"))

    found = SourceFiles().digests(tmp_path)

    assert set(found) == {tmp_path / name for name in ("app.py", "a/b/words.txt", ".env")}


def test_a_digest_is_of_the_content(tmp_path: Path) -> None:
    files = SourceFiles()
    file = tmp_path / "app.py"
    file.write_text("1")
    first = files.digests(file)
    file.write_text("2")
    second = files.digests(file)
    file.write_text("1")

    assert files.digests(file) == first != second


def test_a_file_with_the_same_time_and_size_is_not_read_again(tmp_path: Path) -> None:
    files = SourceFiles()
    file = tmp_path / "app.py"
    file.write_text("1")
    os.utime(file, ns=(0, 0))
    first = files.digests(file)
    file.write_text("2")
    os.utime(file, ns=(0, 0))

    assert files.digests(file) == first
    assert SourceFiles().digests(file) != first


def test_what_does_not_exist_or_is_to_be_ignored_has_no_digest(tmp_path: Path) -> None:
    write_project(tmp_path, {"app.py": "", "demo.jsonl": ""})
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "demo.jsonl")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")

    files = SourceFiles(tmp_path / "link.jsonl")

    assert set(files.digests(tmp_path, tmp_path / "gone")) == {tmp_path / "app.py"}
