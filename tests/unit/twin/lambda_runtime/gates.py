"""A function in a pool of environments, whose requests wait until the test lets them go."""

from __future__ import annotations

import errno
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brine_cli.lambda_runtime.launch import prepare
from brine_cli.lambda_runtime.pool import OnDemandEnvironments
from brine_cli.template.functions import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from brine_cli.lambda_runtime.launch import Launch

FUNCTION = Path(__file__).parents[1] / "fixtures/functions/gated"
PATIENCE = 60.0


def until[T](made: Callable[[], T | None]) -> T:
    """The first result that is not None."""
    deadline = time.monotonic() + PATIENCE
    while (result := made()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)  # another process must act
    return result


class Gate:
    """A named pipe. A reader waits from its opening until `open`."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path

    def has_reader(self) -> int | None:
        """The writing end, if a reader waits."""
        try:
            return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            return None

    def wait_for_reader(self) -> None:
        """Wait until the reader is there."""
        self._writing = until(self.has_reader)

    def open(self) -> None:
        """Let the reader go."""
        os.close(self._writing)


class Pool:
    """A running pool, and clients that each have one request."""

    def __init__(self, environments: OnDemandEnvironments, folder: Path, clients: ThreadPoolExecutor) -> None:
        self.environments = environments
        self._folder = folder
        self._clients = clients
        self._gates = 0

    def ask(self, timeout: float = PATIENCE, **event: object) -> Any:
        """The answer to one request."""
        return json.loads(self.environments.invoke(json.dumps(event).encode(), timeout=timeout))

    def asking(self, timeout: float = PATIENCE, **event: object) -> Future[Any]:
        """The answer to one request, when it comes."""
        return self._clients.submit(self.ask, timeout, **event)

    def gate(self) -> Gate:
        """A gate for the next request."""
        self._gates += 1
        return Gate(self._folder / f"gate-{self._gates}")

    def held(self, timeout: float = PATIENCE, **event: object) -> tuple[Gate, Future[Any]]:
        """A request that is inside the handler until its gate opens."""
        gate = self.gate()
        answer = self.asking(timeout, gate=str(gate.path), **event)
        gate.wait_for_reader()
        return gate, answer

    def answers_of(self, count: int) -> list[Any]:
        """The answers to requests that were inside the handler at the same time."""
        held = [self.held() for _ in range(count)]
        for gate, _ in held:
            gate.open()
        return [answer.result(PATIENCE) for _, answer in held]


def launch_of(folder: Path, timeout: float = PATIENCE, lines: list[str] | None = None, **variables: str) -> Launch:
    """The settings of the gated function. `lines` gets its output."""
    function = Function(
        logical_id="Gated",
        code=FUNCTION,
        handler="app.handler",
        layers=(),
        environment=variables,
        timeout=timeout,
        memory=128,
    )
    return prepare(function, folder / "opt", variables={}, show=None if lines is None else lines.append)


@contextmanager
def running_pool(
    folder: Path,
    launch: Launch,
    console: list[str],
    *,
    limit: int = 100,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Pool]:
    """A pool with one environment that is ready."""
    environments = OnDemandEnvironments(launch, console.append, limit=limit, clock=clock)
    environments.start()
    with ThreadPoolExecutor(64) as clients:
        try:
            environments.wait_until_ready()
            yield Pool(environments, folder, clients)
        finally:
            environments.stop()
