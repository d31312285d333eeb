"""Bytecode is kept in the user's cache where Python may write none beside the code."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

CODE: Final = """
import os, subprocess, sys
from brine_cli.bytecode import child_environment, interpreter_options, keep_bytecode
sys.path.insert(0, sys.argv[1])
keep_bytecode({"XDG_CACHE_HOME": sys.argv[2]}, "sample")
import mine
isolated = [sys.executable, *interpreter_options(), "-I", "-S", "-c", f"import sys; sys.path.append({sys.argv[1]!r})"]
subprocess.run([*isolated[:-1], isolated[-1] + "; import of_worker"], check=True)
child = [sys.executable, *interpreter_options(), "-c", "import of_child"]
subprocess.run(child, env=child_environment() | {"PYTHONPATH": sys.argv[1]}, check=True)
"""
NAMES: Final = ("mine", "of_worker", "of_child", "sample")


def kept_by(folder: Path, *, variable: str) -> set[str]:
    """The modules whose bytecode is in the cache after a process and its children have imported them."""
    for name in NAMES:
        (folder / f"{name}.py").write_text("")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": variable}
    command = [sys.executable, "-c", CODE, str(folder), str(folder / "cache")]
    subprocess.run(command, check=True, env=environment, timeout=60)
    return {file.name.partition(".")[0] for file in (folder / "cache/brine/bytecode").rglob("*.pyc")} & {*NAMES}


@pytest.mark.slow
def test_a_process_and_its_children_keep_it_in_the_cache(tmp_path: Path) -> None:
    assert kept_by(tmp_path, variable="1") == {"mine", "of_worker", "of_child"}
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.slow
def test_where_it_may_be_beside_the_code_it_is_there(tmp_path: Path) -> None:
    assert kept_by(tmp_path, variable="") == set()
    assert (tmp_path / "__pycache__").exists()


@pytest.mark.slow
def test_packages_that_the_installer_has_compiled_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text("")
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(tmp_path / "sample.py")], check=True)

    assert kept_by(tmp_path, variable="1") == set()
