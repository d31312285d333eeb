"""Pages that guide a reader through the code name files and folders that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = ["CONTRIBUTING.md", "docs/architecture.md", "docs/codec-internals.md", "docs/extending.md"]
BASES = [ROOT, ROOT / "layers/core/src", ROOT / "layers/codec/src", ROOT / "layers/codec/src/brine_codec"]
FOLDERS = tuple(
    f"{name}/"
    for name in (
        *(".ci", "benchmarks", "cli", "docs", "events", "examples", "functions", "layers", "tests"),
        *("brine", "brine_cli", "brine_client", "brine_codec"),
        *("classes", "envelope", "gate", "pickling", "standard"),  # of the codec, on its own page
    )
)
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
SUFFIXES = {".py", ".toml", ".yaml", ".json", ".md", ".txt"}
MADE = {".aws-sam/sbom.cdx.json", "build/site/index.html"}
"""Files that a command makes. No checkout has them."""


def paths_of(page: str) -> set[str]:
    """Return the paths in backticks on a page: in a folder of the project, or with the suffix of a file."""
    codes = CODE.findall((ROOT / page).read_text(encoding="utf-8"))
    words = {word for code in codes for word in code.split() if PATH.fullmatch(word)}
    return {word for word in words if word.startswith(FOLDERS) or Path(word).suffix in SUFFIXES} - MADE


@pytest.mark.parametrize("page", PAGES)
def test_every_path_is_there(page: str) -> None:
    missing = [path for path in paths_of(page) if not any((base / path).exists() for base in BASES)]
    assert sorted(missing) == []


def test_the_pages_name_paths() -> None:
    assert {"brine/ports/caching.py", "tests/contract", "layers/routes/routes.toml"} <= paths_of("docs/extending.md")
