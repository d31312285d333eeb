"""The interface of the execution environments of a function, and the wait for a result.

`pool.py` and `shared_environment.py` implement it. `current.py` replaces them when the function changes.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from brine_cli.lambda_runtime.environment import InvocationFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from brine_cli.lambda_runtime.launch import Launch


class FunctionTimedOut(InvocationFailed):
    """The function ran longer than its Timeout in the template."""


class IntegrationTimedOut(Exception):
    """API Gateway stopped waiting. The function may still be running."""


class Invoker(Protocol):
    """Runs one function."""

    def invoke(self, event: bytes, *, timeout: float, request_id: str | None = None) -> bytes:
        """Return the function's result for an event, both as JSON.

        timeout: the longest wait in seconds. request_id: that of the invocation; None for a random one.
        Raises InvocationFailed and IntegrationTimedOut.
        """


class Environments(ABC):
    """The environments of one function. `report` gets the errors between requests."""

    def __init__(self, launch: Launch, report: Callable[[str], None]) -> None:
        self._launch = launch
        self._report = report

    @property
    def launch(self) -> Launch:
        """The settings with which the processes run."""
        return self._launch

    @abstractmethod
    def start(self) -> None:
        """Start the first environment, unless it has been started."""

    @abstractmethod
    def wait_until_ready(self) -> None:
        """Wait for the init phase of the first environment. Raises InvocationFailed and IntegrationTimedOut."""

    @abstractmethod
    def invoke(self, event: bytes, *, timeout: float, request_id: str | None = None) -> bytes:
        """See Invoker. Raises Replaced too, after `retire`."""

    @abstractmethod
    def hold(self, is_held: bool) -> None:
        """Start no more processes while one lives, since the code in its files cannot be loaded. False ends this."""

    @abstractmethod
    def retire(self) -> None:
        """Let each process end after the requests that it has. Requests that no process has begun raise Replaced."""

    @abstractmethod
    def stop(self) -> None:
        """Kill every process and wait for its end."""


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
