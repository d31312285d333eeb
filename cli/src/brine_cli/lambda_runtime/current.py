"""The environments of one function through its changes: newer ones take the place of older ones between requests."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from brine_cli.lambda_runtime.environment import EnvironmentDied, Replaced
from brine_cli.lambda_runtime.environments import IntegrationTimedOut

if TYPE_CHECKING:
    from brine_cli.lambda_runtime.environments import Environments
    from brine_cli.lambda_runtime.launch import Launch


class CurrentEnvironments:
    """An Invoker that runs the current environments of a function.

    While newer ones load, requests wait for them. If they cannot be loaded, the older ones take these requests.
    Requests that older ones have begun end there.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._changed = threading.Condition()
        self._current: Environments | None = None
        self._is_loading = False
        self._is_stopped = False
        self._retired: list[Environments] = []

    @property
    def launch(self) -> Launch | None:
        """The settings of the current environments; None before there are any."""
        with self._changed:
            return None if self._current is None else self._current.launch

    def runs(self, environments: Environments) -> bool:
        """Return whether these environments are the current ones, and are not being stopped."""
        with self._changed:
            return self._current is environments and not self._is_stopped

    def put(self, first: Environments) -> None:
        """Take the first environments. They start at `start` or at the first request."""
        with self._changed:
            self._current = first

    def start(self) -> Environments:
        """Start the current environments, unless they have started, and return them. Raises EnvironmentDied."""
        with self._changed:
            if self._current is None or self._is_stopped:
                raise EnvironmentDied(f"{self._name} is being stopped")
            try:
                self._current.start()
            except OSError as error:
                raise EnvironmentDied(f"{self._name}: its process cannot be started: {error}") from error
            return self._current

    def invoke(self, event: bytes, *, timeout: float, request_id: str | None = None) -> bytes:
        """See Invoker."""
        deadline = time.monotonic() + timeout
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: not self._is_loading, deadline - time.monotonic()):
                    raise IntegrationTimedOut(f"{self._name} was being loaded anew for {timeout:g} s")
            try:
                return self.start().invoke(event, timeout=deadline - time.monotonic(), request_id=request_id)
            except Replaced:
                continue  # by newer ones, after the request had left the lock

    def begin_replacement(self) -> None:
        """Let new requests wait until `replace` or `keep`."""
        with self._changed:
            self._is_loading = True

    def replace(self, newer: Environments) -> None:
        """Give the requests to newer environments, which are ready. The older ones end after their requests."""
        with self._changed:
            older, self._current = self._current, newer
            self._is_loading = False
            if older is not None:
                self._retired.append(older)
            self._changed.notify_all()
        if older is not None:
            older.retire()

    def keep(self, *, is_held: bool) -> None:
        """Go on with the current environments. `is_held`: see `Environments.hold`."""
        with self._changed:
            self._is_loading = False
            if self._current is not None:
                self._current.hold(is_held)
            self._changed.notify_all()

    def retire(self) -> None:
        """Let the processes end after their requests."""
        with self._changed:
            self._is_stopped = True
            current = self._current
        if current is not None:
            current.retire()

    def stop(self) -> None:
        """Kill every process and wait for its end."""
        with self._changed:
            self._is_stopped, self._is_loading = True, False
            all_of_them = [*self._retired, *([self._current] if self._current else [])]
            self._changed.notify_all()
        for environments in all_of_them:
            environments.stop()
