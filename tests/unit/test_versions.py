"""One version: of the distributions, of the packages in them, of their needs of each other, and of the changelog."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import brine
import brine_cli
import brine_client
import brine_codec

ROOT = Path(__file__).parents[2]
PLACES = {"brine-codec": "layers/codec", "brine-core": "layers/core", "brine-cli": "cli"}
PROJECTS: dict[str, dict[str, Any]] = {
    name: tomllib.loads((ROOT / place / "pyproject.toml").read_text())["project"] for name, place in PLACES.items()
}
VERSION = brine_codec.__version__


@pytest.mark.parametrize("package", [brine, brine_cli, brine_client, brine_codec], ids=lambda package: package.__name__)
def test_each_package_says_the_version(package: Any) -> None:
    assert package.__version__ == VERSION


@pytest.mark.parametrize("name", PROJECTS)
def test_each_distribution_has_the_version(name: str) -> None:
    assert PROJECTS[name]["version"] == version(name) == VERSION


@pytest.mark.parametrize("name", PROJECTS)
def test_distributions_need_each_other_in_the_same_version(name: str) -> None:
    asked = [requirement for requirement in PROJECTS[name]["dependencies"] if requirement.startswith("brine")]
    assert asked == [f"{other}=={VERSION}" for other in PROJECTS if f"{other}==" in "".join(asked)]


def test_the_changelog_has_a_section_of_unreleased_changes_and_then_the_version_with_its_date() -> None:
    headings = re.findall(r"(?m)^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    newest = re.fullmatch(r"\[(\S+)\] - (\d{4}-\d\d-\d\d)", headings[1])
    assert headings[0] == "[Unreleased]"
    assert newest is not None
    assert newest[1] == VERSION
    assert dt.date.fromisoformat(newest[2]) >= dt.date(2026, 11, 30)


@pytest.mark.parametrize("name", PROJECTS)
def test_each_distribution_has_the_license_of_the_project(name: str) -> None:
    assert PROJECTS[name]["license"] == "Apache-2.0"
    assert (ROOT / PLACES[name] / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", PROJECTS)
def test_classifiers_name_the_versions_of_python_that_are_tested(name: str) -> None:
    oldest = int(PROJECTS[name]["requires-python"].removeprefix(">=3."))
    named = [text.rpartition(" ")[2] for text in PROJECTS[name]["classifiers"] if ":: Python :: 3." in text]
    newest = 14 if name == "brine-codec" else 13
    assert named == [f"3.{minor}" for minor in range(oldest, newest + 1)]
