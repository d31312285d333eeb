"""A place for the bytecode of imports where Python may write none beside the code, as in many containers.

Without bytecode, the twin and its emulators compile about 1,500 files at each start, which doubles its time.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORBIDS: Final = "PYTHONDONTWRITEBYTECODE"


def keep_bytecode(environment: Mapping[str, str], package: str = "click") -> None:
    """Let this process and its children keep bytecode in the user's cache folder, if they may not beside the code.

    If the installer has compiled the packages, there is nothing to do. package: one of them.
    """
    if not sys.dont_write_bytecode or sys.pycache_prefix is not None or _is_compiled(package):
        return
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    sys.pycache_prefix = str(cache / "brine" / "bytecode")
    sys.dont_write_bytecode = False


def interpreter_options() -> list[str]:
    """Return the options with which a child process uses the same bytecode."""
    return [] if sys.pycache_prefix is None else ["-X", f"pycache_prefix={sys.pycache_prefix}"]


def child_environment() -> dict[str, str]:
    """Return the variables of this process for a child that may write bytecode if this process may."""
    return {name: value for name, value in os.environ.items() if name != _FORBIDS or sys.dont_write_bytecode}


def _is_compiled(package: str) -> bool:
    spec = find_spec(package)
    return spec is not None and spec.cached is not None and Path(spec.cached).exists()
