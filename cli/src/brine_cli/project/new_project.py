"""`brine new project`: a SAM project of one function, with Brine as a nested stack."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import brine_cli
from brine_cli.declared_types.refresh import refresh_types
from brine_cli.declared_types.settings import DEFAULT_OUTPUT
from brine_cli.errors import CommandError
from brine_cli.project.files import NewFiles, rendered
from brine_cli.project.names import Name
from brine_cli.project.new_function import add_function, function_values
from brine_cli.project.stack_files import vendor
from brine_cli.project.template_text import with_block
from brine_cli.project.wheels import DISTRIBUTIONS, add_wheels, uv_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FIRST_FUNCTION = "hello"
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+")
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

    Raises CommandError, and then leaves no file behind.
    """
    files = project_files(folder, origin)
    with _emptied_after_failure(folder):
        written = files.write()
        report("adding Brine's wheels")
        add_wheels(folder / "wheels", wheels)
        vendor(folder)
        refresh_types(folder / "template.yaml", lambda _: None)  # all its classes are new
        written += [DEFAULT_OUTPUT] if (folder / DEFAULT_OUTPUT).is_file() else []
    _install(folder, report)
    return written


def project_files(folder: Path, origin: str | None) -> NewFiles:
    """Return the files that are written from templates: all but the wheels, .brine and uv.lock. Raises CommandError."""
    name = Name.of_project(folder.resolve().name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} exists and is not an empty folder. Nothing was written: choose another one.")
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
    return files


@contextmanager
def _emptied_after_failure(folder: Path) -> Iterator[None]:
    """Remove the content of a folder, and a new folder too, if the context fails."""
    existed = folder.exists()
    try:
        yield
    except BaseException:
        for path in folder.iterdir() if folder.exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not existed and folder.exists():
            folder.rmdir()
        raise


def _install(folder: Path, report: Callable[[str], None]) -> None:
    """Write uv.lock and .venv, for which uv asks the package index. Report a failure: the user can do it later."""
    uv = uv_command()
    if uv is None:
        report(
            f"uv is not installed, so there is no uv.lock yet. Run `pip install uv`, and then `uv lock` in {folder}."
        )
        return
    report("installing packages into .venv, and writing uv.lock")
    # uv keeps a wheel by name and version in its cache. Those of a checkout change under the same version.
    fresh = [part for name in DISTRIBUTIONS for part in ("--refresh-package", name)]
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run([uv, "sync", "--quiet", *fresh], cwd=folder, env=environment, check=False)  # noqa: S603  (uv)
    if done.returncode != 0:
        report(f"uv could not install the packages. Run `uv lock` in {folder} before `make check`.")
