"""The execution environments of a function, and the distribution of requests to them.

Lambda starts an environment for each concurrent request. The twin has two simpler ways: one process with many threads
(fast to start, a single L1), or N processes with one request at a time and an L1 each.
"""

from __future__ import annotations

import queue
import threading
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from brine_cli.http import limits
from brine_cli.lambda_runtime.environment import Environment, EnvironmentDied, InvocationFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from brine_cli.lambda_runtime.environment import Launch


class FunctionTimedOut(InvocationFailed):
    """The function ran longer than its Timeout in the template."""


class IntegrationTimedOut(Exception):
    """API Gateway stopped waiting. The function may still be running."""


class Environments(ABC):
    """The processes of one function: `count` of them, each with THREADS threads."""

    THREADS: ClassVar = 1

    def __init__(self, launch: Launch, report: Callable[[str], None], *, count: int = 1) -> None:
        self._launch = launch
        self._report = report
        self._count = count
        self._lock = threading.Lock()
        self._all: list[Environment] = []
        self._is_stopped = True

    def start(self) -> None:
        """Start the processes."""
        with self._lock:
            self._is_stopped = False
            self._all = [self._new() for _ in range(self._count)]

    def wait_until_ready(self) -> None:
        """Wait for the init phase of every process. Raises InvocationFailed."""
        for environment in self._all:
            _await_init(environment, limits.INIT_SECONDS)

    @abstractmethod
    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        """Return the function's result for an event, both as JSON.

        timeout: the longest wait in seconds.

        Raises InvocationFailed and IntegrationTimedOut.
        """

    def stop(self) -> None:
        """Kill every process and wait for its end."""
        with self._lock:
            self._is_stopped = True
            for environment in self._all:
                environment.stop()

    def _new(self) -> Environment:
        return Environment(self._launch, threads=self.THREADS, report=self._report)

    def _alive(self, place: int) -> Environment:
        """Return the process at this place, or a new one if it has ended. Raises EnvironmentDied after `stop`."""
        with self._lock:
            if self._is_stopped:
                raise EnvironmentDied(f"{self._launch.name} is being stopped")
            if not self._all[place].is_alive:
                self._all[place] = self._new()
            return self._all[place]


class SharedEnvironment(Environments):
    """One process that serves many requests at once, each in its own thread."""

    THREADS = 256

    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        """See Environments. After a timeout, the thread of the request continues and its result is dropped."""
        deadline = time.monotonic() + timeout
        environment = self._alive(0)
        _await_init(environment, timeout)
        return _result(environment.submit(event), self._launch, deadline)


class ExclusiveEnvironments(Environments):
    """A fixed number of processes, each with one request at a time. A request waits for a free process."""

    def start(self) -> None:
        """Start the processes. All of them are free."""
        super().start()
        self._idle: queue.Queue[int] = queue.Queue()
        for place in range(self._count):
            self._idle.put(place)

    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        """See Environments.

        A process is killed if its request takes longer than the function's Timeout, as Lambda does.
        """
        deadline = time.monotonic() + timeout
        idle = self._idle
        try:
            place = idle.get(timeout=timeout)
        except queue.Empty as error:
            raise IntegrationTimedOut from error
        try:
            environment = self._alive(place)
            _await_init(environment, deadline - time.monotonic())
            future = environment.submit(event)
        except BaseException:
            idle.put(place)
            raise
        future.add_done_callback(lambda _: idle.put(place))
        try:
            return _result(future, self._launch, deadline)
        except FunctionTimedOut:
            environment.stop()
            raise
        except IntegrationTimedOut:
            _stop_later(environment, future, self._launch.timeout - timeout)
            raise


def _await_init(environment: Environment, timeout: float) -> None:
    try:
        environment.wait_until_ready(timeout)
    except TimeoutError as error:
        raise IntegrationTimedOut from error


def _result(future: Future[bytes], launch: Launch, deadline: float) -> bytes:
    left = deadline - time.monotonic()
    try:
        return future.result(min(left, launch.timeout))
    except TimeoutError as error:
        if launch.timeout <= left:
            raise FunctionTimedOut(f"{launch.name} timed out after {launch.timeout:g} s (its Timeout)") from error
        raise IntegrationTimedOut from error


def _stop_later(environment: Environment, future: Future[bytes], seconds: float) -> None:
    timer = threading.Timer(max(0.0, seconds), environment.stop)
    timer.daemon = True
    timer.start()
    future.add_done_callback(lambda _: timer.cancel())
