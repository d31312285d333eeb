"""Writes the files of `brine new` from the templates in the folder files/. It overwrites none."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The results are YAML, TOML and Python. No browser shows them, so they need no escapes of HTML.
_TEMPLATES = Environment(  # noqa: S701 - it writes YAML and Python, no HTML
    loader=FileSystemLoader(Path(__file__).parent / "files"), undefined=StrictUndefined, keep_trailing_newline=True
)


def rendered(template: str, values: Mapping[str, object]) -> str:
    """Return a template of the folder files/, such as "function/app.py", with its values."""
    return _TEMPLATES.get_template(f"{template}.jinja").render(values)


@dataclass(slots=True)
class NewFiles:
    """Files that belong together: either all are written or none. `folder`: paths are relative to it."""

    folder: Path
    texts: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    _made: list[Path] = field(default_factory=list, init=False)

    def add(self, path: str, text: str) -> None:
        """Add a new file. Raises CommandError if it exists."""
        if (self.folder / path).exists():
            raise CommandError(f"{self.folder / path} exists. Nothing was written: choose another name, or remove it.")
        self.texts[path] = text

    def change(self, path: str, text: str) -> None:
        """Give an existing file a new text. Its ends of lines are written as they are in `text`."""
        self.changed[path] = text

    def write(self) -> list[str]:
        """Write all files and return their paths. Raises CommandError, and then removes the new files."""
        try:
            for path, text in self.texts.items():
                self._write_new(self.folder / path, text)
            copies = {path: self._write_beside(self.folder / path, text) for path, text in self.changed.items()}
            for path, copy in copies.items():
                copy.replace((self.folder / path).resolve())
        except OSError as error:
            for made in reversed(self._made):
                if made.is_dir():
                    made.rmdir()
                else:
                    made.unlink(missing_ok=True)
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}. No file was changed.") from None
        return [*self.texts, *(f"{path} (changed)" for path in self.changed)]

    def _write_new(self, target: Path, text: str) -> None:
        for folder in reversed(target.parents):
            if not folder.exists():
                folder.mkdir()
                self._made.append(folder)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            self._made.append(target)
            file.write(text)

    def _write_beside(self, target: Path, text: str) -> Path:
        """Write the new text of a file into a copy, which can then replace it in one step."""
        copy = target.resolve().with_name(f".{target.name}.new")
        with copy.open("x", encoding="utf-8", newline="") as file:
            self._made.append(copy)
            file.write(text)
        shutil.copymode(target, copy)
        return copy
