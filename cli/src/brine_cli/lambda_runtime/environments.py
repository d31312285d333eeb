"""The execution environments of a function, and the distribution of requests to them.

Lambda starts an environment for each concurrent request. The twin has two simpler ways: one process with many threads
(fast to start, a single L1), or N processes with one request at a time and an L1 each.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Protocol

from brine_cli.http import limits
from brine_cli.lambda_runtime.environment import Environment, EnvironmentDied, InvocationFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from brine_cli.lambda_runtime.environment import Launch

THREADS = 256


class FunctionTimedOut(InvocationFailed):
    """The function ran longer than its Timeout in the template."""


class IntegrationTimedOut(Exception):
    """API Gateway stopped waiting. The function may still be running."""


class Environments(Protocol):
    """The processes of one function."""

    def start(self) -> None:
        """Start the processes that are not running."""

    def wait_until_ready(self) -> None:
        """Wait for the init phase of every process. Raises InvocationFailed."""

    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        """Return the function's result for an event, both as JSON.

        timeout: the longest wait in seconds.

        Raises InvocationFailed and IntegrationTimedOut.
        """

    def stop(self) -> None:
        """Kill every process and wait for its end."""


class SharedEnvironment:
    """One process that serves many requests at once, each in its own thread."""

    def __init__(self, launch: Launch, report: Callable[[str], None]) -> None:
        self._launch = launch
        self._report = report
        self._lock = threading.Lock()
        self._environment: Environment | None = None
        self._is_stopped = True

    def start(self) -> None:
        """Start the process."""
        self._is_stopped = False
        self._current()

    def wait_until_ready(self) -> None:
        """Wait for the init phase. Raises InvocationFailed."""
        _await_init(self._current(), limits.INIT_SECONDS)

    def invoke(self, event: bytes, *, timeout: float) -> bytes:
        """See Environments. After a timeout, the thread of the request continues and its result is dropped."""
        deadline = time.monotonic() + timeout
        environment = self._current()
        _await_init(environment, timeout)
        future = environment.submit(event)
        return _result(future, self._launch, deadline)

    def stop(self) -> None:
        """Kill the process."""
        with self._lock:
            self._is_stopped = True
            if self._environment is not None:
                self._environment.stop()
                self._environment = None

    def _current(self) -> Environment:
        with self._lock:
            if self._is_stopped:
                raise EnvironmentDied(f"{self._launch.name} is being stopped")
            if self._environment is None or not self._environment.is_alive:
                self._environment = Environment(self._launch, threads=THREADS, report=self._report)
            return self._environment


class ExclusiveEnvironments:
    """A fixed number of processes, each with one request at a time. A request waits for a free process."""

    def __init__(self, launch: Launch, count: int, report: Callable[[str], None]) -> None:
        self._launch = launch
        self._report = report
        self._count = count
        self._lock = threading.Lock()
        self._all: list[Environment] = []
        self._idle: queue.Queue[int] = queue.Queue()
        self._is_stopped = True

    def start(self) -> None:
        """Start the processes."""
        with self._lock:
            self._is_stopped = False
            self._all = [self._new() for _ in range(self._count)]
            self._idle = queue.Queue()
            for place in range(self._count):
                self._idle.put(place)

    def wait_until_ready(self) -> None:
        """Wait for the init phase of every process. Raises InvocationFailed."""
        for environment in self._all:
            _await_init(environment, limits.INIT_SECONDS)

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

    def stop(self) -> None:
        """Kill every process."""
        with self._lock:
            self._is_stopped = True
            for environment in self._all:
                environment.stop()

    def _new(self) -> Environment:
        return Environment(self._launch, threads=1, report=self._report)

    def _alive(self, place: int) -> Environment:
        with self._lock:
            if self._is_stopped:
                raise EnvironmentDied(f"{self._launch.name} is being stopped")
            if not self._all[place].is_alive:
                self._all[place] = self._new()
            return self._all[place]


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
