"""SECURITY.md names an attacker, a way in, a defence and a test for each attack, and the tests are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests"
PAGE = (ROOT / "SECURITY.md").read_text()
WALLS = {
    "Sealed envelopes",
    "The exchange",
    "HTTP caching",
    "Links to S3",
    "Roles",
    "The developer's machine",
    "The supply chain",
    "Costs",
}
REFERENCE = re.compile(r"`([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")


def rows() -> list[tuple[str, list[str]]]:
    """Each row under "Attacks and defences": its wall and its cells."""
    section = PAGE.split("\n## Attacks and defences\n")[1].split("\n## ")[0]
    found = []
    for part in section.split("\n### ")[1:]:
        wall, *lines = part.splitlines()
        table = [line for line in lines if line.startswith("|")][2:]
        found += [(wall, [cell.strip() for cell in line.strip("|").split("|")]) for line in table]
    return found


@cache
def names_in(file: Path) -> set[str]:
    """The names of the test functions at the top of a file."""
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    ("wall", "cells"), rows(), ids=lambda value: value if isinstance(value, str) else value[1][:40]
)
def test_a_row_is_complete_and_its_tests_are_there(wall: str, cells: list[str]) -> None:
    assert len(cells) == 4
    assert all(cells)
    named = REFERENCE.findall(cells[3])
    assert named
    assert REFERENCE.sub("", cells[3]).strip(", ") == ""
    assert [f"{file}::{name}" for file, name in named if name not in names_in(TESTS / file)] == []


def test_every_wall_has_rows() -> None:
    assert {wall for wall, _ in rows()} == WALLS


def test_no_test_is_named_outside_of_the_table() -> None:
    assert len(REFERENCE.findall(PAGE)) == sum(len(REFERENCE.findall(cells[3])) for _, cells in rows())
