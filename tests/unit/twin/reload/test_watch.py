"""The twin looks at its files when the operating system notifies it, and from time to time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from brine_cli.reload.watch import checks, watched_folders
from tests.support.projects import write_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 30


class Watching:
    """A thread that watches, and at each check remembers the files of a folder."""

    def __init__(self, places: Callable[[], list[Path]], folder: Path) -> None:
        self.lines: list[str] = []
        self.stopping = threading.Event()
        self._folder = folder
        self._places = places
        self._checked = threading.Condition()
        self._found: set[Path] = set()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Watching:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def wait_for(self, file: Path) -> None:
        """Wait for a check after which a file is there."""
        with self._checked:
            assert self._checked.wait_for(lambda: file in self._found, SECONDS)

    def _run(self) -> None:
        for _ in checks(self._places, self.stopping, self.lines.append):
            with self._checked:
                self._found = set(self._folder.rglob("*"))
                self._checked.notify_all()


def test_folders_with_their_subfolders_are_watched_and_files_by_their_folder(tmp_path: Path) -> None:
    write_project(tmp_path, {"a/b/c.py": "", "a/__pycache__/c.pyc": "", "d/e.toml": "", "f/g.py": ""})

    found = watched_folders([tmp_path / "a", tmp_path / "d/e.toml", tmp_path / "h/none.py"])

    assert found == {tmp_path / "a", tmp_path / "a/b", tmp_path / "d"}


@pytest.mark.slow
def test_a_check_follows_a_change_also_in_a_new_folder(tmp_path: Path) -> None:
    place = tmp_path / "code"
    place.mkdir()
    with Watching(lambda: [place], place) as watching:
        for name in ("app.py", "new/words.py", "new/more.py"):
            write_project(place, {name: "1"})
            watching.wait_for(place / name)
    assert watching.lines == []


@pytest.mark.slow
def test_if_files_cannot_be_watched_the_user_is_told_once(tmp_path: Path) -> None:
    calls = threading.Semaphore(0)

    def places() -> list[Path]:
        calls.release()
        raise OSError("no space left on device")

    with Watching(places, tmp_path) as watching:
        for _ in range(4):
            assert calls.acquire(timeout=SECONDS)
    assert watching.lines == [
        "files are only looked at every 2 s, since they cannot be watched: no space left on device"
    ]
