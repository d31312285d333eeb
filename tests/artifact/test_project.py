"""A project that `brine new` wrote passes its own CI in a fresh clone, with uv alone.

A package index on this machine has the packages that the tests run with, so no network is needed. It also has strange
packages with the names of Brine's.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from email import message_from_bytes
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from brine_cli.project.wheels import DISTRIBUTIONS
from tests.artifact.environments import ROOT, pack_needs, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT = 400.0  # seconds for `make check`
TOOLS = ("brine-cli", "aws-sam-cli", "mypy", "pip", "pytest", "ruff")
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")


class IndexHandler(SimpleHTTPRequestHandler):
    """Serves the files of an index, and adds the path of each request to `asked`."""

    def __init__(self, *args: Any, asked: set[str], **options: Any) -> None:
        self.asked = asked  # first: the base class answers the requests
        super().__init__(*args, **options)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Note a request instead of a line of text."""
        self.asked.add(self.path)


class IndexServer(ThreadingHTTPServer):
    """A server of clients that may close a connection early, as uv does after the metadata of a wheel."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Print no traceback."""


@dataclass(frozen=True)
class PackageIndex:
    """A package index at a URL. `asked` has the paths of all requests: /NAME/, and the wheels that were taken."""

    url: str
    asked: set[str]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PackageIndex]:
    """An index with all that a project installs (PEP 503), and with a later version of each package of Brine."""
    folder, packed = tmp_path / "index", set[str]()
    folder.mkdir()
    for tool in TOOLS:
        pack_needs(tool, folder, packed)
    add_placeholders(folder)
    for name in DISTRIBUTIONS:
        (folder / f"{name.replace('-', '_')}-99-py3-none-any.whl").write_bytes(b"of a stranger")
    for wheel in [*folder.glob("*.whl")]:
        page = folder / parse_wheel_filename(wheel.name)[0]
        page.mkdir(exist_ok=True)
        wheel.rename(page / wheel.name)
        (page / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    asked: set[str] = set()
    handler = partial(IndexHandler, directory=str(folder), asked=asked)
    with IndexServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield PackageIndex(f"http://127.0.0.1:{server.server_address[1]}/", asked)
        server.shutdown()


def add_placeholders(folder: Path) -> None:
    """Add empty packages for needs on other systems. uv.lock has the packages of all systems, and installs one's."""
    wheels = [*folder.glob("*.whl")]
    present = {parse_wheel_filename(wheel.name)[0] for wheel in wheels}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            (metadata,) = (name for name in archive.namelist() if re.fullmatch(r"[^/]*\.dist-info/METADATA", name))
            needs = message_from_bytes(archive.read(metadata)).get_all("Requires-Dist", [])
        for need in map(Requirement, needs):
            name = canonicalize_name(need.name)
            if name not in present and not name.startswith("brine-") and "extra ==" not in str(need.marker):
                lowest = [each.version for each in need.specifier if each.operator in {">=", "==", "~="}]
                add_empty(folder, name.replace("-", "_"), lowest[0] if lowest else "1")
                present.add(name)


def add_empty(folder: Path, name: str, version: str) -> None:
    """Write a wheel without content."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def machine(index: PackageIndex, tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has uv, and the programs of the operating system."""
    programs, home = tmp_path / "bin", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    (programs / "uv").symlink_to(os.environ.get("UV") or shutil.which("uv") or pytest.fail("there is no uv"))
    return {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(home),
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_DEFAULT_INDEX": index.url,
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "SAM_CLI_TELEMETRY": "0",
    }


def test_a_new_project_passes_its_own_ci_in_a_fresh_clone_with_uv_alone(
    index: PackageIndex, machine: dict[str, str], tmp_path: Path
) -> None:
    wheels, project, clone = tmp_path / "dist", tmp_path / "shop-front", tmp_path / "clone/shop-front"
    run("uv", "build", "--quiet", "--offline", "--all-packages", "--wheel", "--out-dir", wheels)

    brine = (sys.executable, "-m", "brine_cli")
    output = done_by(machine, ROOT, *brine, "new", "project", "--wheels", wheels, project)
    assert (project / "uv.lock").is_file(), output
    assert "/moto/" in index.asked
    assert not [path for path in index.asked if "brine" in path]  # uv found them in wheels/, and looked nowhere else
    done_by(machine, project, "uv", "run", "brine", "new", "function", "order-history")
    done_by(machine, project, "uv", "run", "brine", "new", "route", "stock", "--origin", "https://stock.example.com")

    for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "Begin")):
        done_by(machine, project, *GIT, *command)
    done_by(machine, tmp_path, *GIT, "clone", "--quiet", project, clone)
    assert not {".brine", ".venv"} & {path.name for path in clone.iterdir()}
    output = done_by(machine, clone, "make", "check")
    assert "is a valid SAM Template" in output
    assert "3 passed" in output
    assert done_by(machine, clone, *GIT, "status", "--porcelain") == ""

    next((clone / "wheels").glob("brine_core-*.whl")).unlink()
    refused = subprocess.run(["make", "check"], cwd=clone, env=machine, capture_output=True, text=True, check=False)
    assert "wheels/brine_core-*.whl" in refused.stderr
    assert (refused.returncode, refused.stdout) == (2, "")  # it stops before uv asks the index for the name
    assert not [path for path in index.asked if "brine" in path]


def done_by(machine: dict[str, str], folder: Path, *command: str | Path) -> str:
    """The output of a command that succeeds on the machine."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=machine,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout
