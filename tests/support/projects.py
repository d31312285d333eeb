"""Projects of users, written for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.project.new_project import project_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_project(root: Path, files: Mapping[str, str]) -> Path:
    """Write files, by their paths in the project. Return the project's folder."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def write_new_project(parent: Path) -> Path:
    """Write the project shop-front as `brine new project` does, without wheels, .brine and .venv. Return its folder."""
    folder = parent / "shop-front"
    project_files(folder, "https://api.example.com").write()
    return folder
