"""A second emulated AWS. Its conditional writes and transactions are atomic under concurrent clients; moto's are not.

ministack pins a botocore of its own, so it lives in an environment of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.emulators.aws import REGION, emulator_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulators.aws import Emulator

PROGRAM: Final = Path(__file__).with_name("ministack_process.py")
REQUIREMENTS: Final = Path(__file__).with_name("ministack-requirements.txt")
INSTALL_LIMIT: Final = 120.0  # seconds for each command
START_LIMIT: Final = 30.0


def installed_interpreter() -> str:
    """The Python of an environment with ministack in it. Skips when that cannot be installed here."""
    folder = Path(sys.prefix) / "ministack"
    python = str(folder / "bin/python")
    commands = [
        ["uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)],
        ["uv", "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(REQUIREMENTS)],
    ]
    try:
        with (Path(sys.prefix) / "ministack.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another process of this test run may run from the environment
            for command in commands[Path(python).exists() :]:
                subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_LIMIT, check=True)
    except FileNotFoundError:
        pytest.skip("ministack is installed by uv, which is not on the PATH")
    except subprocess.TimeoutExpired:
        pytest.skip(f"uv did not install ministack within {INSTALL_LIMIT:.0f} s")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"uv cannot install ministack: {error.stderr.strip()[-500:]}")
    return python


@contextlib.contextmanager
def running_ministack(python: str, log: Path, **variables: str) -> Iterator[str]:
    """The endpoint URL of a new ministack, which ends with the context. `variables` are its own settings."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # neither of these two asks BIND_HOST
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_REGION": REGION,
        **variables,
    }
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [python, "-P", PROGRAM], env=environment, cwd=log.parent, stdout=output, stderr=output
        ) as process,
    ):
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_ready(endpoint_url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when it answers; fail with its log if it ended or takes too long."""
    deadline = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=5):  # noqa: S310 - http, above
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    pytest.fail(f"ministack did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The ministack that the whole test run shares. Each test uses resource names of its own."""
    log = tmp_path_factory.mktemp("ministack") / "log"
    with running_ministack(installed_interpreter(), log) as endpoint_url, emulator_at(endpoint_url) as emulator:
        yield emulator
