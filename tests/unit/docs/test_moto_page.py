"""docs/test-with-moto.md shows tests that pass, and lists all variables that `create_stores` sets."""

from __future__ import annotations

from pathlib import Path

import boto3
from moto import mock_aws

from brine.testing import create_stores
from tests.support.markdown import blocks, codes, is_part_of, read_page

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/test-with-moto.md"
RUN = ("examples/test_quotes_on_moto.py", "examples/test_quotes.py")
"""tests/unit/testing runs every test of these files."""


def test_every_block_is_a_part_of_a_file_of_tests() -> None:
    shown = blocks(PAGE, "python")
    files = [(ROOT / name).read_text(encoding="utf-8") for name in RUN]
    assert len(shown) == 5
    assert [block for block in shown if not any(is_part_of(block, file) for file in files)] == []


def test_every_test_of_the_file_is_run() -> None:
    run = (ROOT / "tests/unit/testing/test_example_on_moto.py").read_text(encoding="utf-8")
    lines = (ROOT / RUN[0]).read_text(encoding="utf-8").splitlines()
    tests = [line.split("(")[0].removeprefix("def ") for line in lines if line.startswith("def test_")]
    assert len(tests) == 3
    assert [name for name in tests if f'"{name}"' not in run] == []


def test_the_table_has_every_variable_and_no_other() -> None:
    with mock_aws(), create_stores(boto3.Session(region_name="eu-central-1")) as variables:
        rows = [row for row in read_page(PAGE).rows if codes(row[0])]
        assert sorted(name for row in rows for name in codes(row[0])) == sorted(variables)
