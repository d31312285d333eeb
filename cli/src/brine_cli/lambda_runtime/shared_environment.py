"""An environment for code that is safe for threads (Metadata BrineThreads)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from brine_cli.http import limits
from brine_cli.lambda_runtime.environment import Environment, EnvironmentDied, NeverBegun, Replaced
from brine_cli.lambda_runtime.environments import Environments, IntegrationTimedOut, result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.lambda_runtime.launch import Launch


class SharedEnvironment(Environments):
    """One process that serves many requests at once, each in its own thread."""

    THREADS: Final = 256

    def __init__(self, launch: Launch, report: Callable[[str], None]) -> None:
        super().__init__(launch, report)
        self._lock = threading.Lock()
        self._only: Environment | None = None
        self._is_started = self._is_retired = False

    def start(self) -> None:
        """See Environments."""
        with self._lock:
            if not self._is_started:
                self._only = self._new()
                self._is_started = True

    def wait_until_ready(self) -> None:
        """See Environments."""
        self._await_init(self._alive(), limits.INIT_SECONDS)

    def invoke(self, event: bytes, *, timeout: float, request_id: str | None = None) -> bytes:
        """See Environments. After a timeout, the thread of the request continues and its result is dropped."""
        deadline = time.monotonic() + timeout
        try:
            return self._invoke(event, deadline, request_id)
        except NeverBegun:  # the process had ended, and the twin had not noticed yet
            return self._invoke(event, deadline, request_id)

    def _invoke(self, event: bytes, deadline: float, request_id: str | None) -> bytes:
        environment = self._alive()
        try:
            self._await_init(environment, deadline - time.monotonic())
            future = environment.submit(event, request_id)
        except EnvironmentDied as death:
            if self._is_retired:
                raise Replaced(f"{self._launch.name} was replaced") from death
            raise
        return result_of(future, self._launch, deadline)

    def hold(self, is_held: bool) -> None:
        """See Environments. There is one process only."""

    def retire(self) -> None:
        """See Environments."""
        with self._lock:
            self._is_retired = True
            environment = self._only
        if environment is not None:
            environment.retire()

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
            if self._is_retired:
                raise Replaced(f"{self._launch.name} was replaced")
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
