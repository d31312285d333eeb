"""The output of `sam build` for samples/template.yaml or another template, with the stacks that it nests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.template.stacks import read_stack_template

if TYPE_CHECKING:
    from brine_cli.template.stacks import StackTemplate

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples/template.yaml"


def build(template: Path = SAMPLES) -> StackTemplate:
    """The templates that `sam build` wrote; the files that it refers to lie beside it.

    The build has a folder and a cache of its own, so it leaves a developer's build unchanged.
    """
    name = "artifact" if template == SAMPLES else f"artifact-{template.resolve().parent.name}"
    folder = ROOT / ".aws-sam" / name
    folder.mkdir(parents=True, exist_ok=True)
    command = ["sam", "build", "--template", str(template.resolve()), "--build-dir", "build", "--cached"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    return read_stack_template(folder / "build/template.yaml")


@pytest.fixture(scope="session")
def built() -> StackTemplate:
    """The build that the whole test run shares."""
    if sys.platform != "linux":
        pytest.skip("sam build fetches packages for Linux, which do not run here")
    return build()
