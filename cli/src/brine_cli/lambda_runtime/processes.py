"""Starts the process of an environment: a new Python interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from brine_cli.bytecode import interpreter_options
from brine_cli.lambda_runtime import worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.lambda_runtime.launch import Launch

_WORKER = Path(worker.__file__)


class Process(Protocol):
    """A process of an environment."""

    def kill(self) -> None:
        """End the process with SIGKILL, if it still runs."""

    def wait(self) -> int:
        """Wait for the end of the process. Return its exit status, or the negative number of its signal."""


type ProcessStarter = Callable[[Launch, int, int | None], Process]
"""Starts the process of an environment. It gets two file descriptors: the worker's socket, and its stdout (or None)."""


def start_interpreter(launch: Launch, connection: int, output: int | None) -> Process:
    """Start a new interpreter (see ProcessStarter). Raises OSError."""
    return run_isolated(launch, _WORKER, connection, output=output, errors=output)


def run_isolated(
    launch: Launch, program: Path, connection: int, *arguments: str, output: int | None, errors: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a program of this folder with the environment of the function. `connection` is its first argument.

    output, errors: the descriptors of its stdout and stderr; None for those of the twin.
    """
    return subprocess.Popen(  # noqa: S603  (our own interpreter and program)
        # Isolated and without `site`: no .pth file may add the source folders of the workspace to the path.
        [sys.executable, *interpreter_options(), "-I", "-S", "-u", str(program), str(connection), *arguments],
        cwd=launch.code,
        env=dict(launch.variables),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        pass_fds=[connection],
        start_new_session=True,  # Ctrl-C is for the twin, which stops its workers in order
    )
