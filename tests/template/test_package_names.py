"""No file asks a package index for `brine`, which belongs to another project, or for a name that nobody has claimed."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest

from tests.template.stack import ROOT

OURS = {"brine-codec", "brine-core", "brine-cli"}
INSTALL = re.compile(
    r"\b(?:pip[0-9.]*|uv(?: --?\S+)*)(?: --?\S+)* (?:install|add|download|wheel)\b(?P<rest>[^|;&\n`]*)"
    r"|\b(?:pipx(?: run| install)?|uvx|uv tool (?:run|install)|poetry add|conda install)\b(?P<tool>[^|;&\n`]*)"
    r"|--with[= ](?P<with>\S+)"
)


def asked_for(text: str) -> set[str]:
    """Return the names beginning with "brine" that commands in the text install from an index. Paths are no names."""
    words = [word for match in INSTALL.finditer(text) for group in match.groups() if group for word in group.split()]
    names = {re.split(r"[\[=<>~!;@,]", word.strip("\"'()."))[0].lower().replace("_", "-") for word in words}
    return {name for name in names if re.fullmatch(r"brine(-[a-z0-9-]+)?", name)}


def requirements_of(toml: str) -> list[str]:
    """Return every requirement of a pyproject.toml: of the project, its extras, its groups and its build."""
    document = tomllib.loads(toml)
    project = document.get("project", {})
    lists = [project.get("dependencies", []), document.get("build-system", {}).get("requires", [])]
    lists += [*project.get("optional-dependencies", {}).values(), *document.get("dependency-groups", {}).values()]
    return [requirement for each in lists for requirement in each if isinstance(requirement, str)]


def tracked(*patterns: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True, text=True)
    return [name for name in listed.stdout.split("\0") if name]


def test_no_file_asks_for_a_name_that_is_not_ours() -> None:
    """Ours neither, as long as they are on no index: a stranger could register them."""
    files = tracked("*.md", "*Makefile", "*.toml", "*.y*ml", "*.txt", "*.in", "*.sh", ".ci/*", "examples/*", "cli/*.py")
    assert len(files) > 150
    assert {(name, word) for name in files for word in asked_for((ROOT / name).read_text(encoding="utf-8"))} == set()


@pytest.mark.parametrize("name", tracked("*pyproject.toml"))
def test_a_project_needs_only_distributions_of_this_workspace(name: str) -> None:
    """uv takes them from the workspace, and a wheel asks for exactly its own version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    names = {re.split(r"[\[=<>~!; ]", requirement)[0] for requirement in requirements_of(text)}
    asked = {each for each in names if each.startswith("brine")}
    assert asked <= OURS
    assert asked <= tomllib.loads(text).get("tool", {}).get("uv", {}).get("sources", {}).keys()


@pytest.mark.parametrize("name", tracked("*requirements*.txt", "*requirements*.in"))
def test_no_requirements_file_has_a_name_that_begins_with_brine(name: str) -> None:
    assert re.findall(r"(?mi)^brine[\w.-]*", (ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "command",
    [
        "pip install brine",
        "python -m pip install --upgrade 'brine[cli]>=0.1'",
        "pip3.13 --no-input install httpx brine==0.1.0",
        "uv add brine",
        "uv pip install brine",
        "uv run --with brine pytest",
        "uvx brine dev",
        "pipx run brine",
        "uv tool install brine",
        "Run `pip install brine`.",
    ],
)
def test_a_command_that_asks_for_it_is_found(command: str) -> None:
    assert asked_for(command) == {"brine"}


@pytest.mark.parametrize(
    "command",
    ["pip install dist/brine_core-0.1.0-py3-none-any.whl", "uv run brine dev", "pip install uv && uv run brine"],
)
def test_a_path_and_a_command_of_the_checkout_are_no_names(command: str) -> None:
    assert asked_for(command) == set()
