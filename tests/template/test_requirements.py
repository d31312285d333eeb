"""pip and uv, outside of uv.lock's own environment, install exactly the packages of uv.lock, each by its hash."""

from __future__ import annotations

import re
import shlex
import subprocess
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
REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; [^\\]+)?(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)


def requirements(file: Path) -> list[re.Match[str]]:
    """Each requirement of `file`. One that is no exact pin with hashes is an error."""
    lines = re.sub(r"\s*\\\n\s*", " ", file.read_text()).splitlines()
    found = [(line, REQUIREMENT.fullmatch(line)) for line in lines if not line.startswith("#")]
    assert [line for line, match in found if match is None] == []
    return [match for _, match in found if match is not None]


def pinned(file: Path) -> dict[str, str]:
    """Versions by package name."""
    return {re.sub(r"[-_.]+", "-", match["name"]).lower(): match["version"] for match in requirements(file)}


def needs(name: str) -> set[str]:
    """`name` and everything it needs on Lambda, by the lock."""
    found = {name}
    for dependency in LOCK[name].get("dependencies", []):
        found |= needs(dependency["name"])
    return found


def built_folders() -> list[Path]:
    folders = []
    for name in ("template.yaml", "samples/template.yaml"):
        place, stack = (ROOT / name).parent, Stack.read(name)
        folders += [place / function["CodeUri"] for function in stack.functions.values()]
        folders += [place / layer["ContentUri"] for layer in stack.of_type("AWS::Serverless::LayerVersion").values()]
    return [folder.resolve() for folder in folders]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


SHIPPED = [folder / "requirements.txt" for folder in built_folders() if (folder / "requirements.txt").exists()]
CODEC = ROOT / "layers/codec/src/requirements.txt"
CODEC_ON_3_12 = CODEC.with_stem("requirements-3.12")  # the lock has no files for a Python that the gateway is not for
CI = ROOT / ".ci/requirements.txt"
MINISTACK = ROOT / "tests/support/emulators/ministack-requirements.txt"


@pytest.mark.parametrize("file", [*SHIPPED, CI], ids=place)
def test_a_file_is_what_the_command_in_its_head_makes_of_the_lock(file: Path) -> None:
    """Versions, markers and hashes. `make requirements` writes them all."""
    head = file.read_text().splitlines()[1]
    command = shlex.split(head.removeprefix("#"))
    assert command[:3] == ["uv", "export", "--frozen"]
    assert command[-2:] == ["--output-file", place(file)]
    made = subprocess.run([*command[:-2], "--no-header"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert made == re.sub(r"(?m)^#.*\n", "", file.read_text())


@pytest.mark.parametrize("file", SHIPPED, ids=place)
def test_requirements_are_those_of_the_lock(file: Path) -> None:
    pins = pinned(file)
    assert pins == {name: LOCK[name]["version"] for name in pins}
    assert set().union(*map(needs, pins)) == pins.keys()
    assert not pins.keys() & GIVEN_BY_LAMBDA


@pytest.mark.parametrize("file", [*SHIPPED, CI], ids=place)
def test_hashes_are_those_of_the_lock(file: Path) -> None:
    for match in requirements(file):
        package = LOCK[re.sub(r"[-_.]+", "-", match["name"]).lower()]
        files = [*package["wheels"], *([package["sdist"]] if "sdist" in package else [])]
        assert set(match["hashes"].split()) <= {f"--hash={each['hash']}" for each in files}


def test_no_other_file_of_requirements_is_there() -> None:
    assert {*tracked("*requirements*.txt")} == {*SHIPPED, CODEC_ON_3_12, CI, MINISTACK}


def test_the_codec_layer_has_the_same_packages_for_each_python() -> None:
    assert pinned(CODEC_ON_3_12) == pinned(CODEC)
    for older, newer in zip(requirements(CODEC_ON_3_12), requirements(CODEC), strict=True):
        assert set(newer["hashes"].split()) < set(older["hashes"].split())


def test_the_emulator_of_the_tests_is_pinned_with_all_that_it_needs() -> None:
    pins = pinned(MINISTACK)
    asked_for = re.findall(r"(?m)^([a-z-]+)==(.+)$", MINISTACK.with_suffix(".in").read_text())
    assert dict(asked_for).items() <= pins.items()
    assert pins["aws-sam-translator"] == LOCK["aws-sam-translator"]["version"]


@pytest.mark.parametrize(("folder", "package"), [("layers/codec", "brine-codec"), ("layers/core", "brine-core")])
def test_a_layer_brings_what_its_package_needs(folder: str, package: str) -> None:
    """Its sibling layers excepted: those are layers of their own."""
    outside = {name for name in needs(package) if not name.startswith("brine-")}
    if package == "brine-core":
        outside -= needs("brine-codec")
    file = ROOT / folder / "src/requirements.txt"
    assert (pinned(file).keys() if file.exists() else set()) == outside


def test_no_requirement_asks_for_a_name_of_this_workspace() -> None:
    """They are on no index; a stranger that registers one there must not get into an artifact."""
    for file in [*SHIPPED, CODEC_ON_3_12, CI, MINISTACK]:
        assert not [name for name in pinned(file) if name.startswith("brine")]


INSTALLS = re.compile(
    r"\bpip[0-9.]*\b[^|;&]*\b(?:install|sync|download|wheel)\b|\bpipx\b|\buvx\b|\buv (?:[^|;&]* )?tool\b"
    r"|\buv (?:[^|;&]* )?(?:run|add)\b[^|;&]* --(?:with|from|no-project)|\buv (?:[^|;&]* )?add\b|\beasy_install\b"
    r"|\b(?:conda|mamba|poetry|pdm)\b[^|;&]*\b(?:install|add)\b|\bnpx\b|\b(?:npm|yarn|pnpm)\b[^|;&]*\b(?:install|add|ci|i)\b"
)


def unhashed(text: str) -> list[str]:
    """The commands of a script that install something without asking for its hash."""
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    commands = [command for line in lines for command in re.split(r"&&|\|\||[;|]", re.sub(r"(?:^|\s)#.*", "", line))]
    return [command.strip() for command in commands if INSTALLS.search(command) and "--require-hashes" not in command]


def test_every_installing_command_asks_for_hashes() -> None:
    """In scripts and Makefiles; `pip install uv` in the documentation is a person's first step."""
    scripts = [*tracked("*Makefile", ".ci/*", ".github/*", "*.sh", "*.yml", "*.yaml", "*.toml")]
    assert {(place(file), command) for file in scripts for command in unhashed(file.read_text())} == set()


@pytest.mark.parametrize(
    "command",
    [
        *(
            "pip install evil",
            "pip3 install evil",
            "pip3.13 install evil",
            "python -m pip install evil",
            "pipx install evil",
        ),
        *(
            "python -m pip -q install evil",
            "pip --no-input install evil",
            "uv pip install evil",
            "pipx run evil",
            "uvx evil",
        ),
        *(
            "uv run --with evil pytest",
            "uv run --no-sync --with=evil x",
            "uv tool install evil",
            "uv --quiet tool run evil",
        ),
        *(
            "uv add evil",
            "uv run --with-requirements evil.txt x",
            "npm install evil",
            "npm --silent i evil",
            "yarn add evil",
        ),
        *(
            "pip install evil # --require-hashes",
            "x && pip install \\\n    evil",
            "pip install a --require-hashes; pip install b",
        ),
        *("\tpip install evil", "run: pip3 download evil", "poetry add evil", "easy_install evil"),
    ],
)
def test_an_installing_command_is_known(command: str) -> None:
    assert len(unhashed(command)) == 1


@pytest.mark.parametrize(
    "command",
    [
        "pip install --require-hashes -r x.txt",
        "# pip install evil",
        "uv sync --frozen",
        "uv run pytest",
        "pip --version",
    ],
)
def test_a_command_that_checks_hashes_is_not_listed(command: str) -> None:
    assert unhashed(command) == []


def test_hooks_are_the_locked_tools() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"(?m)^ +- repo: (.+)$", hooks) == ["local"]
    assert [entry for entry in re.findall(r"entry: (.+)$", hooks, re.MULTILINE) if not entry.startswith("uv ")] == []


def test_the_build_backend_is_pinned() -> None:
    """uv installs it without the lock's hashes: it knows none for it."""
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["build-constraint-dependencies"]
    names = {name for name, _, version in (pin.partition("==") for pin in pins) if version}
    for file in tracked("*/pyproject.toml"):
        assert set(tomllib.loads(file.read_text())["build-system"]["requires"]) <= names
    assert len(names) == len(pins)
