"""Environments made by `python -m venv` and pip alone, from wheels in a folder and without an index."""

from __future__ import annotations

import base64
import hashlib
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
    """Write the wheel of an installed distribution. pip and uv make the scripts of entry points anew."""
    tags = re.findall(r"(?m)^Tag: (\S+)-(\S+)-(\S+)$", installed.read_text("WHEEL") or "")
    tag = "-".join(".".join(dict.fromkeys(column)) for column in zip(*tags, strict=True))
    base = f"{re.sub(r'[-_.]+', '_', installed.metadata['Name'])}-{installed.version}"
    wheel = folder / f"{base}-{tag}.whl"
    if wheel.exists():
        return
    made_by_installers = {"INSTALLER", "RECORD", "REQUESTED", *(point.name for point in installed.entry_points)}
    record = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in installed.files or []:
            if "__pycache__" in file.parts or file.name in made_by_installers:
                continue
            if ".." not in file.parts:
                place = str(file)
            elif file.parent.name == "bin":  # a program, such as ruff
                place = f"{base}.data/scripts/{file.name}"
            else:
                continue
            archive.write(str(file.locate()), place)
            digest = base64.urlsafe_b64encode(hashlib.sha256(archive.read(place)).digest()).decode().rstrip("=")
            record.append(f"{place},sha256={digest},\n")
        info = next(file.parts[0] for file in installed.files or [] if file.name == "METADATA")
        archive.writestr(f"{info}/RECORD", "".join([*record, f"{info}/RECORD,,\n"]))
