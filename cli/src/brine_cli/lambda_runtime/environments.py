"""The execution environments of a function, and the distribution of requests to them."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from brine_cli.http import limits
from brine_cli.lambda_runtime.environment import Environment, EnvironmentDied, InvocationFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from brine_cli.lambda_runtime.launch import Launch


class FunctionTimedOut(InvocationFailed):
    """The function ran longer than its Timeout in the template."""


class IntegrationTimedOut(Exception):
    """API Gateway stopped waiting. The function may still be running."""


class Environments(ABC):
    """The environments of one function. `report` gets what happens between requests."""

    def __init__(self, launch: Launch, report: Callable[[str], None]) -> None:
        self._launch = launch
        self._report = report

    @abstractmethod
    def start(self) -> None:
        """Start the first environment."""

    @abstractmethod
    def wait_until_ready(self) -> None:
        """Wait for the init phase of the first environment. Raises InvocationFailed and IntegrationTimedOut."""

    @abstractmethod
    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        """Return the function's result for an event, both as JSON.

        timeout: the longest wait in seconds.

        Raises InvocationFailed and IntegrationTimedOut.
        """

    @abstractmethod
    def stop(self) -> None:
        """Kill every process and wait for its end."""


class SharedEnvironment(Environments):
    """One process that serves many requests at once, each in its own thread."""

    THREADS: Final = 256

    def __init__(self, launch: Launch, report: Callable[[str], None]) -> None:
        """See Environments."""
        super().__init__(launch, report)
        self._lock = threading.Lock()
        self._only: Environment | None = None

    def start(self) -> None:
        """See Environments."""
        with self._lock:
            self._only = self._new()

    def wait_until_ready(self) -> None:
        """See Environments."""
        self._await_init(self._alive(), limits.INIT_SECONDS)

    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        """See Environments. After a timeout, the thread of the request continues and its result is dropped."""
        deadline = time.monotonic() + timeout
        environment = self._alive()
        self._await_init(environment, timeout)
        return result_of(environment.submit(event), self._launch, deadline)

    def stop(self) -> None:
        """See Environments."""
        with self._lock:
            environment, self._only = self._only, None
        if environment is not None:
            environment.stop()

    def _new(self) -> Environment:
        return Environment(self._launch, report=self._report, threads=self.THREADS)

    def _alive(self) -> Environment:
        """Return the process, or a new one if it has ended. Raises EnvironmentDied after `stop`."""
        with self._lock:
            if self._only is None:
                raise EnvironmentDied(f"{self._launch.name} is being stopped")
            if not self._only.is_alive:
                self._only = self._new()
            return self._only

    def _await_init(self, environment: Environment, timeout: float) -> None:
        try:
            environment.wait_until_ready(timeout)
        except TimeoutError as error:
            raise IntegrationTimedOut from error


def result_of(future: Future[bytes], launch: Launch, deadline: float) -> bytes:
    """Wait for the result of an invocation. Raises InvocationFailed and IntegrationTimedOut.

    deadline: the end of API Gateway's wait, in the time of `time.monotonic`.
    """
    left = deadline - time.monotonic()
    try:
        return future.result(min(left, launch.timeout))
    except TimeoutError as error:
        if launch.timeout <= left:
            raise FunctionTimedOut(f"{launch.name} timed out after {launch.timeout:g} s (its Timeout)") from error
        raise IntegrationTimedOut from error
