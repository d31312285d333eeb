"""The code that `brine new` writes passes the checks of its own project, without a network."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from brine_cli.project.names import Name
from brine_cli.project.new_function import new_function
from brine_cli.project.new_project import project_files
from brine_cli.project.new_route import new_route

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # a process each

FUNCTIONS = {
    "order-history": None,
    "key": "/v1/keys",  # the name of the argument
    "found": None,  # a variable
    "test-me": None,
    "json": None,  # a module of the standard library
    "a" * 40: "/" + "p" * 59,  # the longest lines
    "-".join(["x9"] * 13): "/a.b_c~d-E",
}
ROUTES = {
    "stock": (None, "https://stock.example.com/v2"),
    "b" * 40: ("/" + "p" * 58 + "2", "${BRINE_ORIGIN}"),
    "rest": ("/", "https://${REST_HOST}"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with functions and routes of unusual names and paths."""
    made = tmp_path_factory.mktemp("written") / "shop-front"
    project_files(made, None).write()
    for function, path in FUNCTIONS.items():
        new_function(made, Name.of_function(function), path).write()
    for route, (prefix, origin) in ROUTES.items():
        new_route(made, Name.checked(route, "route"), prefix=prefix, origin=origin).write()
    return made


def run(folder: Path, *command: str) -> str:
    """The output of a module of Python that succeeds in the project."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_ruff_finds_no_mistake(folder: Path) -> None:
    assert run(folder, "ruff", "check", "--no-cache", ".") == "All checks passed!\n"


def test_ruff_would_format_no_file(folder: Path) -> None:
    assert " files already formatted\n" in run(folder, "ruff", "format", "--no-cache", "--check", ".")


def test_mypy_finds_no_mistake_in_strict_mode(folder: Path, tmp_path: Path) -> None:
    files = 2 * (1 + len(FUNCTIONS)) + len(ROUTES)
    found = run(folder, "mypy", "--cache-dir", str(tmp_path))
    assert found == f"Success: no issues found in {files} source files\n"


def test_the_tests_of_all_functions_and_routes_pass(folder: Path) -> None:
    assert f"{1 + len(FUNCTIONS) + len(ROUTES)} passed" in run(folder, "pytest", "-q", "-p", "no:cacheprovider")
