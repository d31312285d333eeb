"""Environments made by `python -m venv` and pip alone, from wheels in a folder and without an index."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from importlib.metadata import Distribution

ROOT: Final = Path(__file__).parents[2]
LIMIT: Final = 300.0  # seconds for each command


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Return the output of a command that succeeds."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build_wheels(folder: Path) -> None:
    """Build the source distribution of each package of the workspace, and its wheel out of that."""
    run("uv", "build", "--quiet", "--offline", "--all-packages", "--out-dir", folder)


def make_environment(folder: Path, wheels: Path, *requirements: str) -> Path:
    """Return the Python of a new environment in which pip installed requirements from a folder of wheels."""
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin/python"
    pip = (python, "-I", "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-index", "--no-compile", "--find-links", wheels, *requirements)
    run(*pip, "check")
    return python


def pack_needs(requirement: str, folder: Path, packed: set[str]) -> None:
    """Write wheels of all installed distributions that a requirement needs, as no index may be asked for them."""
    wanted = Requirement(requirement)
    extras = wanted.extras or {""}
    if wanted.marker is not None and not wanted.marker.evaluate():
        return
    name = re.sub(r"[-_.]+", "-", wanted.name).lower()
    fresh = {f"{name}[{extra}]" for extra in extras} - packed
    if not fresh:
        return
    packed |= fresh
    found = distribution(name)
    if not name.startswith("brine-"):
        pack(found, folder)
    for need in found.requires or []:
        marker = Requirement(need).marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            pack_needs(need.partition(";")[0], folder, packed)


def pack(installed: Distribution, folder: Path) -> None:
    """Write the wheel of an installed distribution. Scripts are left out: pip makes them from the entry points."""
    tags = re.findall(r"(?m)^Tag: (\S+)-(\S+)-(\S+)$", installed.read_text("WHEEL") or "")
    tag = "-".join(".".join(dict.fromkeys(column)) for column in zip(*tags, strict=True))
    name = re.sub(r"[-_.]+", "_", installed.metadata["Name"])
    wheel = folder / f"{name}-{installed.version}-{tag}.whl"
    if wheel.exists():
        return
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in installed.files or []:
            if (
                ".." not in file.parts
                and "__pycache__" not in file.parts
                and file.name not in {"INSTALLER", "REQUESTED"}
            ):
                archive.write(str(file.locate()), str(file))
