"""Writes the files of `brine new` from the templates in the folder files/. It overwrites none."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The results are YAML, TOML and Python, which nobody shows as HTML.
_TEMPLATES = Environment(  # noqa: S701
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

    def add(self, path: str, text: str) -> None:
        """Add a new file. Raises CommandError if it exists."""
        if (self.folder / path).exists():
            raise CommandError(f"{self.folder / path} exists. Nothing was written: choose another name, or remove it.")
        self.texts[path] = text

    def change(self, path: str, text: str) -> None:
        """Give an existing file a new text."""
        self.changed[path] = text

    def write(self) -> list[str]:
        """Write all files and return their paths. Raises CommandError, and then removes those that it has written."""
        written: list[Path] = []
        try:
            for path, text in self.texts.items():
                target = self.folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("x", encoding="utf-8") as file:
                    written.append(target)
                    file.write(text)
            for path, text in self.changed.items():
                (self.folder / path).write_text(text, encoding="utf-8")
        except OSError as error:
            for target in written:
                target.unlink(missing_ok=True)
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}") from None
        return [*self.texts, *(f"{path} (changed)" for path in self.changed)]
