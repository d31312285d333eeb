"""docs/projects.md shows the files and commands of a new project as they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.declared_types.settings import DEFAULT_OUTPUT
from brine_cli.project.names import Name
from brine_cli.project.new_function import new_function
from brine_cli.project.new_project import project_files
from brine_cli.project.new_route import new_route
from brine_cli.template.document import read_template

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[3] / "docs/projects.md").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A new project, without what other programs make."""
    project_files(tmp_path / "shop-front", None).write()
    return tmp_path / "shop-front"


def paths_in_tree() -> Iterator[str]:
    """Yield the paths that the drawing of a tree shows. Files in a folder are on its line or below it."""
    (tree,) = re.findall(r"(?s)```\nshop-front/\n(.*?)```", PAGE)
    folder = ""
    for line in tree.splitlines():
        match = re.match(r"(│   )?[├└]── (\S+)", line)
        assert match is not None, line
        inner, name = match.groups()
        if inner is None and name.endswith("/") and not name.startswith((".brine", "wheels")):
            folder = name
        else:
            yield f"{folder}{name}" if inner else name


def test_the_tree_has_the_files_of_a_new_project(project: Path) -> None:
    written = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert sorted(paths_in_tree()) == sorted({*written, DEFAULT_OUTPUT, "uv.lock", ".brine/", "wheels/"})


def listed(command: str) -> list[str]:
    """The files that a command lists on the page."""
    (found,) = re.findall(rf"(?m)^\$ uv run brine new {command}.*\n((?:  .+\n)+)", PAGE)
    return [line.strip() for line in found.splitlines()]


def test_the_commands_list_the_files_that_they_write(project: Path) -> None:
    function = new_function(project, Name.of_function("order-history"), None).write()
    assert listed("function order-history") == sorted(function)
    route = new_route(project, Name.checked("stock", "route"), prefix=None, origin="https://stock.example.com").write()
    assert listed("route stock") == sorted(route)


def test_make_check_runs_the_commands_of_the_page(project: Path) -> None:
    (shown,) = re.findall(r"(?m)^\$ make check\n((?:uv .+\n)+)", PAGE)
    (commands,) = re.findall(r"(?m)^check:.*\n((?:\t.+\n)+)", (project / "Makefile").read_text())
    lines = [line.strip() for line in commands.splitlines()]
    assert shown.splitlines() == [line for line in lines if not line.startswith("@")]  # make shows no others


def test_the_lines_to_add_are_enough_for_a_function(tmp_path: Path) -> None:
    (lines,) = re.findall(r"(?s)```yaml\n(Parameters:.*?)```", PAGE)
    text = (
        f"{lines}\nResources:\n  Brine:\n    Type: AWS::Serverless::Application\n"
        "  Api:\n    Type: AWS::Serverless::HttpApi\n"
    )
    (tmp_path / "template.yaml").write_text(text)
    new_function(tmp_path, Name.of_function("orders"), None).write()
    assert "OrdersFunction" in read_template(tmp_path / "template.yaml").resources


def test_the_version_and_the_index_are_those_of_pyproject(project: Path) -> None:
    written = (project / "pyproject.toml").read_text()
    (index,) = re.findall(r"(?s)```toml\n(\[\[tool\.uv\.index\]\].*?)```", PAGE)
    assert index in written
    (version,) = re.findall(r"(?m)^    \"brine-cli==.*$", PAGE)
    assert version in written
