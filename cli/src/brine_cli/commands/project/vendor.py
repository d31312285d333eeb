"""`brine vendor`: copy the production stack of the installed version into a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import brine_cli
from brine_cli.project.stack_files import vendor

if TYPE_CHECKING:
    from pathlib import Path


def run(project: Path) -> None:
    """Write the folder .brine. Raises CommandError."""
    folder = vendor(project)
    print(f"{folder} has Brine {brine_cli.__version__}: nest {folder.name}/template.yaml in your template")
