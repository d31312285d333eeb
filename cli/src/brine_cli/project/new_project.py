"""`brine new project`: a SAM project of one function, with Brine as a nested stack."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import brine_cli
from brine_cli.declared_types.refresh import refresh_types
from brine_cli.errors import CommandError
from brine_cli.project.files import NewFiles, rendered
from brine_cli.project.names import Name
from brine_cli.project.new_function import add_function, function_values, with_block
from brine_cli.project.stack_files import vendor
from brine_cli.project.wheels import DISTRIBUTIONS, add_wheels, uv_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FIRST_FUNCTION = "hello"
_ORIGIN = re.compile(r"https?://[^/?#]+")
_FILES = {
    "pyproject.toml": "project/pyproject.toml",
    "samconfig.toml": "project/samconfig.toml",
    "Makefile": "project/Makefile",
    "README.md": "project/README.md",
    ".gitignore": "project/gitignore",
    ".github/workflows/ci.yml": "project/ci.yml",
    "routes/routes.d/project.toml": "project/routes.toml",
}


def new_project(folder: Path, *, origin: str | None, wheels: Path | None, report: Callable[[str], None]) -> list[str]:
    """Write a project into a new or empty folder, which gives it its name, and return the paths of its files.

    origin: scheme and host of the API, for deployments. wheels: the folder with Brine's wheels; None: see add_wheels.

    Raises CommandError.
    """
    name = Name.checked(folder.resolve().name, "project")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} exists and is not empty. Nothing was written: choose another folder.")
    if origin is not None and _ORIGIN.fullmatch(origin) is None:
        raise CommandError(f"--origin is scheme and host, such as https://api.example.com, not {origin!r}")
    values = {"name": name.text, "version": brine_cli.__version__, "origin": origin or ""}
    files = NewFiles(folder)
    for path, template in _FILES.items():
        files.add(path, rendered(template, values))
    function = function_values(Name(_FIRST_FUNCTION), None, "Api")
    add_function(files, function)
    block = rendered("function/block.yaml", function)
    files.add("template.yaml", with_block(rendered("project/template.yaml", values), block))
    written = files.write()
    report("wheels: Brine's packages, for uv")
    add_wheels(folder / "wheels", wheels)
    vendor(folder)
    refresh_types(folder / "template.yaml", report)
    _install(folder, report)
    return written


def _install(folder: Path, report: Callable[[str], None]) -> None:
    """Write uv.lock and .venv, for which uv asks the package index. Report a failure: uv can do it later."""
    report("uv.lock and .venv: all packages")
    uv = uv_command()
    # uv keeps a wheel by name and version in its cache. Those of a checkout change under the same version.
    fresh = [part for name in DISTRIBUTIONS for part in ("--refresh-package", name)]
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = None if uv is None else [uv, "sync", "--quiet", *fresh]
    done = None if command is None else subprocess.run(command, cwd=folder, env=environment, check=False)  # noqa: S603
    if done is None or done.returncode != 0:
        report(f"uv.lock could not be written. Run `uv lock` in {folder} before `make check`.")
