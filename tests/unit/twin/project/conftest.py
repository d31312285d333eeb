"""A project as `brine new project` writes it, without wheels, .brine and .venv."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.project.new_project import project_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a new project named shop-front."""
    folder = tmp_path / "shop-front"
    project_files(folder, "https://api.example.com").write()
    return folder
