"""The codec and the client on each Python that they are for, besides the one that runs the tests, if it is here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.artifact.environments import LIMIT, ROOT
from tests.golden.envelope.objects import OBJECTS
from tests.golden.envelope.test_golden import PLACE, golden_codec

VERSIONS: Final = ("3.12", "3.13", "3.14")
OWN: Final = f"{sys.version_info.major}.{sys.version_info.minor}"


def interpreter(version: str) -> Path | None:
    """Return a Python of this version that starts: of pyenv, though it may not be chosen here, or on the PATH."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_path = shutil.which(f"python{version}")
    for python in [*sorted(pyenv.glob(f"{version}*/bin/python{version}")), *([Path(on_path)] if on_path else [])]:
        if subprocess.run([python, "-I", "-c", ""], capture_output=True, check=False).returncode == 0:
            return python
    return None


@pytest.fixture(scope="module", params=[version for version in VERSIONS if version != OWN])
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has what the codec needs, and nothing else."""
    base = interpreter(request.param)
    if base is None:
        pytest.skip(f"no Python {request.param} on the PATH or in pyenv")
    folder = tmp_path_factory.mktemp("environment")
    made = folder / "bin/python"
    pins = ROOT / "layers/codec/src/requirements-3.12.txt"
    commands = [
        ["uv", "venv", "--quiet", "--allow-existing", "--python", str(base), str(folder)],
        ["uv", "pip", "sync", "--quiet", "--require-hashes", "--python", str(made), str(pins)],
    ]
    for command in commands[: 2 if request.param < "3.14" else 1]:  # 3.14 has zstd
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
        if done.returncode:
            pytest.skip(f"uv cannot install zstd for Python {request.param}: {done.stderr.strip()[-300:]}")
    return made


def test_every_golden_envelope_opens_and_is_written_so(python: Path) -> None:
    path = os.pathsep.join(map(str, [ROOT / "layers/codec/src", ROOT]))
    done = subprocess.run(
        [python, "-m", "tests.artifact.open_golden"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["wrong"], report["changed"]) == ([], [])
    assert len(report["sealed"]) == 2 * len(OBJECTS)
    for label, sealed in report["sealed"].items():
        name, _, kind = label.rpartition(" ")
        assert golden_codec(gate=kind == "tree").open(bytes.fromhex(sealed), **PLACE) == OBJECTS[name]
