"""Brine's wheels in the folder of a project, from which uv installs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import brine_cli
from brine_cli.errors import CommandError
from brine_cli.project.stack_files import checkout

DISTRIBUTIONS = ("brine-codec", "brine-core", "brine-cli")


def add_wheels(target: Path, given: Path | None) -> None:
    """Put the wheels of this version into the folder `target`.

    given: the folder to copy them from. None: a checkout builds them, and an installed brine-cli takes them from the
    folder that it was installed from. Raises CommandError.
    """
    root = checkout()
    source = given or _installed_from()
    if source is not None:
        _copy(source, target)
    elif root is not None:
        _build(root, target)
    else:
        raise CommandError(
            "the folder of Brine's wheels is not known: give it with --wheels. `uv build --all-packages --wheel` in a "
            "checkout of Brine makes them, in the folder dist."
        )


def uv_command() -> str | None:
    """Return the path of uv, or None without one."""
    return shutil.which(os.environ.get("UV") or "uv")


def _copy(source: Path, target: Path) -> None:
    version = brine_cli.__version__
    wheels = [source / f"{name.replace('-', '_')}-{version}-py3-none-any.whl" for name in DISTRIBUTIONS]
    for wheel in wheels:
        if not wheel.is_file():
            raise CommandError(f"{wheel} does not exist. Give --wheels the folder with the wheels of Brine {version}.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for wheel in wheels:
            shutil.copy2(wheel, target)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error}") from None


def _build(root: Path, target: Path) -> None:
    uv = uv_command()
    if uv is None:
        raise CommandError("uv is needed to build Brine's wheels: pip install uv")
    command = [uv, "build", "--quiet", "--all-packages", "--wheel", "--out-dir", str(target.resolve())]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603  (uv)
    if done.returncode != 0:
        raise CommandError(f"Brine's wheels cannot be built: {done.stderr.strip()}")
    (target / ".gitignore").unlink(missing_ok=True)  # uv writes one that would keep the wheels out of the project


def _installed_from() -> Path | None:
    """Return the folder of the wheel that brine-cli was installed from, if it was named by its path (PEP 610)."""
    text = distribution("brine-cli").read_text("direct_url.json")
    address = urlsplit(json.loads(text)["url"]) if text else None
    if address is None or address.scheme != "file" or not address.path.endswith(".whl"):
        return None
    return Path(url2pathname(address.path)).parent
