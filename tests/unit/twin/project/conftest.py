"""A project as `brine new project` writes it, without wheels, .brine and .venv."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.projects import write_new_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a new project named shop-front."""
    return write_new_project(tmp_path)
