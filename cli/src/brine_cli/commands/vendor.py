"""`brine vendor`: copy the production stack of the installed version into a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import brine_cli
from brine_cli.project.stack_files import vendor

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Write the folder .brine. Raises CommandError."""
    folder = vendor(Path(options.project))
    print(f"{folder} has Brine {brine_cli.__version__}: nest {folder.name}/template.yaml in your template")
    return 0
