"""What pip installs into the artifact is what uv.lock says, dependencies of dependencies included."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.stack import ROOT, Stack

if TYPE_CHECKING:
    from pathlib import Path

LOCK: dict[str, dict[str, Any]] = {
    package["name"]: package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
}
# Lambda's own boto3 serves, and a layer with one would double the cold start.
GIVEN_BY_LAMBDA = {"boto3", "botocore", "awslambdaric"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: Path) -> dict[str, str]:
    """Versions by package name. A line that is no exact pin is an error."""
    pins = {}
    for line in filter(None, (line.partition("#")[0].strip() for line in file.read_text().splitlines())):
        name, equals, version = line.partition("==")
        assert equals, f"{file}: {line} is no exact pin"
        pins[canonical(name)] = version
    return pins


def needs(name: str) -> set[str]:
    """`name` and everything it needs on Lambda, by the lock."""
    found = {name}
    for dependency in LOCK[name].get("dependencies", []):
        found |= needs(dependency["name"])
    return found


def built_folders() -> list[Path]:
    stack = Stack.read()
    folders = [function["CodeUri"] for function in stack.functions.values()]
    folders += [layer["ContentUri"] for layer in stack.of_type("AWS::Serverless::LayerVersion").values()]
    return [ROOT / folder for folder in folders]


FILES = [folder / "requirements.txt" for folder in built_folders() if (folder / "requirements.txt").exists()]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.relative_to(ROOT).as_posix())
def test_requirements_are_those_of_the_lock(file: Path) -> None:
    pins = pinned(file)
    assert pins == {name: LOCK[name]["version"] for name in pins}
    assert set().union(*map(needs, pins)) == pins.keys()
    assert not pins.keys() & GIVEN_BY_LAMBDA


@pytest.mark.parametrize(("folder", "package"), [("layers/codec", "brine-codec"), ("layers/core", "brine-core")])
def test_a_layer_brings_what_its_package_needs(folder: str, package: str) -> None:
    """Its sibling layers excepted: those are layers of their own."""
    outside = {name for name in needs(package) if not name.startswith("brine-")}
    if package == "brine-core":
        outside -= needs("brine-codec")
    file = ROOT / folder / "src/requirements.txt"
    assert (pinned(file).keys() if file.exists() else set()) == outside


def test_no_requirement_asks_for_a_name_of_this_workspace() -> None:
    """They are on no index; whoever registers one there must not get into an artifact."""
    for file in FILES:
        assert not [name for name in pinned(file) if name.startswith("brine")]
