"""Each stack has a place of its own for artifacts. `sam delete` deletes what lies there, and nothing else."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from tests.template.stack import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def prefixes(file: Path) -> dict[str, str]:
    """The prefix of the artifacts of each stack that a samconfig.toml deploys."""
    settings = tomllib.loads(file.read_text())
    deployed = [one["deploy"]["parameters"] for one in settings.values() if isinstance(one, dict) and "deploy" in one]
    return {one["stack_name"]: one["s3_prefix"] for one in deployed}


def test_the_stacks_of_this_repository_share_no_artifacts() -> None:
    assert prefixes(ROOT / "samconfig.toml") == {"brine": "brine", "brine-samples": "brine-samples"}


def test_nor_does_that_of_a_new_project(project: Path) -> None:
    assert prefixes(project / "samconfig.toml") == {"shop-front": "shop-front"}
