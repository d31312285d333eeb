"""docs/api.md has a row for every public name, with the first paragraph of its docstring and its members."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.support.api_page import PACKAGES, paragraph_of, table_of
from tests.support.markdown import codes, read_page

PAGE = Path(__file__).parents[3] / "docs/api.md"


def test_the_page_has_a_row_for_every_public_name_and_no_other() -> None:
    rows = [row for row in read_page(PAGE).rows if row[0] != "Name"]
    assert rows == [row for package in PACKAGES for row in table_of(package)], (
        "write the output of `uv run python -m tests.support.api_page` on the page"
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_a_docstring(package: str) -> None:
    names = [name for row in table_of(package) for name in codes(row[0])]
    assert sorted(names) == sorted(import_module(package).__all__)


def test_a_name_without_a_docstring_of_its_own_is_found() -> None:
    def bare() -> None: ...

    with pytest.raises(LookupError, match="has no docstring"):
        paragraph_of(bare)
