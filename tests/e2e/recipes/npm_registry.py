"""An npm registry (Verdaccio) with a small package and a large one that needs it."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.serving import running

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK: Final = Path(__file__).parent / "verdaccio"
"""The folder with the requirements of the registry, pinned with hashes."""
LARGE_BYTES: Final = 8_000_000
INSTALL_SECONDS: Final = 240
SECONDS: Final = 60
NPM: Final = shutil.which("npm")
CONFIGURATION: Final = """
storage: ./storage
auth: { htpasswd: { file: ./htpasswd } }
uplinks: {}
packages: { "**": { access: $all, publish: $anonymous } }
url_prefix: /npm/
max_body_size: 50mb
logs: [{ type: stdout, format: json, level: error }]
"""


@contextmanager
def running_registry(folder: Path, port: int) -> Iterator[None]:
    """Run the registry at this port, with its files below `folder`."""
    home = folder / "verdaccio"
    home.mkdir()
    (home / "config.yaml").write_text(CONFIGURATION)
    program = _installed() / "node_modules/verdaccio/bin/verdaccio"
    command = ["node", str(program), "--config", str(home / "config.yaml"), "--listen", f"127.0.0.1:{port}"]
    with running(command, port, log=folder / "verdaccio.log") as url:
        _publish(folder / "salt", url, {"name": "salt", "version": "1.0.0"}, b"module.exports = 3\n")
        noise = random.Random(7).randbytes(LARGE_BYTES)  # noqa: S311 - no secret; it does not compress
        _publish(
            folder / "barrel", url, {"name": "barrel", "version": "1.0.0", "dependencies": {"salt": "1.0.0"}}, noise
        )
        yield


def npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder, which has its cache too. Raises CalledProcessError."""
    environment = {**os.environ, "npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    subprocess.run(
        [str(NPM), "--no-audit", "--no-fund", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )


def _installed() -> Path:
    """The folder with the installed registry, which later test runs use too."""
    folder = Path(sys.prefix) / "verdaccio"
    if not (folder / "node_modules/.package-lock.json").exists():
        folder.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCK / name, folder)
        command = [str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=INSTALL_SECONDS)
        except subprocess.CalledProcessError as error:
            pytest.fail(f"npm cannot install the registry: {error.stderr[-500:]}")
    return folder


def _publish(folder: Path, registry: str, about: dict[str, object], content: bytes) -> None:
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps(about))
    (folder / "index.js").write_bytes(content)
    (folder / ".npmrc").write_text(f"{registry.removeprefix('http:')}/:_authToken=anyone\n")
    npm(folder, "publish", "--registry", registry)
