"""Bytecode does not hide an edit that keeps the size of a file and the second of its time."""

from __future__ import annotations

import os
import py_compile
from pathlib import Path

import pytest

from brine_cli.lambda_runtime.stale_bytecode import remove_stale_bytecode

SECOND = 1_000_000_000


@pytest.mark.parametrize(("seconds", "is_kept"), [(-5, False), (0, False), (0.9, False), (1.1, True), (3_600, True)])
def test_it_is_removed_if_the_source_may_have_changed_since(tmp_path: Path, seconds: float, is_kept: bool) -> None:
    source = tmp_path / "app.py"
    source.write_text("")
    bytecode = Path(py_compile.compile(str(source)) or "")
    os.utime(source, ns=(10 * SECOND, 10 * SECOND))
    os.utime(bytecode, ns=(0, int((10 + seconds) * SECOND)))

    remove_stale_bytecode([source])

    assert bytecode.exists() == is_kept


def test_other_files_and_those_that_are_gone_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text("")

    remove_stale_bytecode([tmp_path / "routes.toml", tmp_path / "gone.py"])

    assert (tmp_path / "routes.toml").exists()
