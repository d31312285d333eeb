"""The reloader follows changes of files, and tells what changed or why nothing did."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from brine_cli.errors import CommandError
from brine_cli.reload.reloader import Reloader
from brine_cli.serving.runner import FunctionChanges
from brine_cli.serving.served import Changes
from brine_cli.serving.source_files import SourceFiles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Followed:
    """What serves a description of one file, as far as the reloader knows it."""

    def __init__(self, file: Path) -> None:
        self.description: Any = SimpleNamespace(
            places=[file],
            digests=SourceFiles().digests(file),
            routes=SimpleNamespace(is_mistaken=False),
            mistakes=(),
            content=file.read_text(),
        )

    def follow(self, newer: Any) -> Changes:
        was, self.description = self.description, newer
        changed: dict[tuple[str, ...], list[str]] = {("file changed",): ["Fn"]} if newer.content != was.content else {}
        return Changes(functions=FunctionChanges(replaced=changed))


def reloader(file: Path, lines: list[str], **more: Any) -> Reloader:
    served = Followed(file)

    def describe() -> Any:
        if "wrong" in file.read_text():
            raise CommandError("it is wrong")
        return Followed(file).description

    return Reloader(served, describe, lines.append, SourceFiles(), clock=lambda: 0.0, **more)


def test_a_mistake_is_told_once_and_so_is_its_end(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("1")
    lines: list[str] = []
    one = reloader(file, lines)
    one.check()
    assert lines == []
    file.write_text("wrong")
    one.check()
    one.check()
    assert lines == ["not reloaded, the last good state serves. it is wrong"]
    file.write_text("1")
    one.check()
    assert lines[1:] == ["the mistake is gone, and all functions run the files as they are now"]
    file.write_text("22")
    one.check()
    assert lines[2:] == ["reloaded Fn: file changed (0.0 s)"]


def test_files_are_renewed_before_the_change_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("1")
    lines: list[str] = []

    def renew(changed: Iterable[Path]) -> None:
        assert list(changed) == [file]
        file.write_text("made anew")

    one = reloader(file, lines, renew=renew)
    file.write_text("2")
    one.check()
    one.check()
    assert lines == ["reloaded Fn: file changed (0.0 s)"]


def test_another_installed_version_is_told_without_a_change(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("1")
    lines: list[str] = []
    notices = iter([None, "another version", None])
    one = reloader(file, lines, notice=lambda: next(notices))
    for _ in range(3):
        one.check()
    assert lines == ["another version"]
