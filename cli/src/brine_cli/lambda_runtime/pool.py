"""Environments that serve one request at a time and are started on demand, as in Lambda.

A request takes the environment that was used most recently. If all of them are busy, another one starts, and the
request takes the first that is free. At most STARTS start at once, so fast requests share the environments that exist,
and slow ones soon have one each.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from threading import RLock, Thread, Timer
from typing import TYPE_CHECKING

from brine_cli.http import limits
from brine_cli.lambda_runtime.environment import Environment, EnvironmentDied, InvocationFailed, NeverBegun, Replaced
from brine_cli.lambda_runtime.environments import Environments, FunctionTimedOut, IntegrationTimedOut, result_of
from brine_cli.lambda_runtime.forks import ForkStarter, can_fork
from brine_cli.lambda_runtime.preload import modules_to_preload
from brine_cli.lambda_runtime.processes import start_interpreter

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.lambda_runtime.processes import ProcessStarter

LIMIT = 100
"""The most environments of a function. Lambda's quota is 1,000 for all functions; 100 may already take 2 GB here."""
STARTS = 10
"""The most environments of a function that start at the same time. With more, each would start more slowly."""
IDLE_SECONDS = 300.0
"""How long an environment stays without a request. One always stays."""


class OnDemandEnvironments(Environments):
    """Up to `limit` processes with one request each. When all are busy, a request waits."""

    def __init__(
        self,
        launch: Launch,
        report: Callable[[str], None],
        *,
        limit: int = LIMIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(launch, report)
        self._limit = limit
        self._clock = clock
        self._lock = RLock()  # if an environment is ready at once, `_end_init` runs within `_start_one`
        self._first: Environment | None = None
        self._all: set[Environment] = set()
        self._idle: list[tuple[Environment, float]] = []
        """The free environments with the time of their last use. The last one was used most recently."""
        self._starting = 0
        self._waiting: deque[Future[Environment]] = deque()
        self._forks: ForkStarter | None = None
        self._modules: list[str] | None = None
        self._is_stopped = True
        self._is_retired = False
        self._is_held = False

    def start(self) -> None:
        """See Environments."""
        with self._lock:
            if self._first is None:
                self._is_stopped = False
                self._first = self._start_one()

    def wait_until_ready(self) -> None:
        """See Environments."""
        assert self._first is not None  # noqa: S101  (see `start`)
        try:
            self._first.wait_until_ready(limits.INIT_SECONDS)
        except TimeoutError as error:
            raise IntegrationTimedOut from error

    def invoke(self, event: bytes, *, timeout: float, request_id: str | None = None) -> bytes:
        """See Environments.

        The environment is killed if the request takes longer than the function's Timeout, as in Lambda.
        """
        deadline = time.monotonic() + timeout
        try:
            return self._invoke(event, deadline, request_id)
        except NeverBegun:  # an idle process had ended, and the twin had not noticed yet
            return self._invoke(event, deadline, request_id)

    def _invoke(self, event: bytes, deadline: float, request_id: str | None) -> bytes:
        environment = self._acquire(deadline)
        try:
            future = environment.submit(event, request_id)
        except InvocationFailed as failure:
            self._release(environment)
            if self._is_retired:
                raise self._replaced() from failure
            raise
        function_deadline = time.monotonic() + self._launch.timeout
        try:
            result = result_of(future, self._launch, deadline)
        except IntegrationTimedOut:
            self._finish_without_client(environment, future, function_deadline - time.monotonic())
            raise
        except InvocationFailed as failure:
            if isinstance(failure, FunctionTimedOut):
                environment.stop()
            self._release(environment)
            raise
        self._release(environment)
        return result

    def hold(self, is_held: bool) -> None:
        """See Environments."""
        with self._lock:
            self._is_held = is_held
            self._start_missing()

    def retire(self) -> None:
        """See Environments."""
        with self._lock:
            self._is_stopped = self._is_retired = True
            environments, waiting = tuple(self._all), tuple(self._waiting)
            self._waiting.clear()
        for request in waiting:
            request.set_exception(self._replaced())
        for environment in environments:
            environment.retire()
        Thread(target=self._end_forks, args=(environments,), name=f"{self._launch.name} retires", daemon=True).start()

    def _end_forks(self, environments: tuple[Environment, ...]) -> None:
        """End the fork server after the last of the environments, which would end with it."""
        for environment in environments:
            environment.join()
        with self._lock:
            forks, self._forks = self._forks, None
        if forks is not None:
            forks.stop()

    def _replaced(self) -> Replaced:
        return Replaced(f"{self._launch.name} was replaced")

    def stop(self) -> None:
        """See Environments. Requests that wait for an environment fail."""
        with self._lock:
            self._is_stopped = True
            environments, waiting, forks = tuple(self._all), tuple(self._waiting), self._forks
            self._waiting.clear()
            self._forks = None
        for request in waiting:
            request.set_exception(EnvironmentDied(f"{self._launch.name} is being stopped"))
        for environment in environments:
            environment.stop()
        if forks is not None:
            forks.stop()

    def _acquire(self, deadline: float) -> Environment:
        """Wait for an environment that is free and ready, and return it. No other request gets it until `_release`."""
        request: Future[Environment] = Future()
        with self._lock:
            if self._is_retired:
                raise self._replaced()
            if self._is_stopped:
                raise EnvironmentDied(f"{self._launch.name} is being stopped")
            while self._idle:
                environment, _ = self._idle.pop()
                if environment.is_alive:
                    return environment
                self._all.discard(environment)
            self._waiting.append(request)
            self._start_missing()
        try:
            return request.result(deadline - time.monotonic())
        except TimeoutError as error:
            with self._lock:
                if request in self._waiting:
                    self._waiting.remove(request)
                all_busy = len(self._all) >= self._limit
            if request.done() and not request.exception():
                self._release(request.result())
            busy = (
                f"each environment of {self._launch.name} was busy"
                f" (at most {self._limit}; --environments sets the number)"
            )
            raise IntegrationTimedOut(busy if all_busy else "") from error

    def _start_missing(self) -> None:
        """Start an environment for each waiting request, as far as the limits permit."""
        if self._is_held and any(environment.is_alive for environment in self._all):
            return
        while self._starting < min(len(self._waiting), STARTS) and len(self._all) < self._limit:
            try:
                self._start_one()
            except OSError as error:
                failure = EnvironmentDied(f"{self._launch.name}: no other process can be started: {error}")
                self._waiting.popleft().set_exception(failure)

    def _start_one(self) -> Environment:
        environment = Environment(self._launch, report=self._report, start=self._starter())
        self._all.add(environment)
        self._starting += 1
        environment.when_initialised(self._end_init)
        return environment

    def _starter(self) -> ProcessStarter:
        """Return the quickest way to start a process. The first one shows which modules a fork server has to import."""
        if self._modules is None or not can_fork():
            return start_interpreter
        if self._forks is None or not self._forks.is_alive:
            self._forks = ForkStarter(self._launch, self._modules)
        return self._forks.start

    def _end_init(self, environment: Environment, failure: InvocationFailed | None) -> None:
        """Take an environment at the end of its init phase. The request that waits longest fails if the init failed."""
        with self._lock:
            self._starting -= 1
            if failure is None:
                self._modules = self._modules or modules_to_preload(environment.modules)
                self._assign(environment)
            else:
                self._all.discard(environment)
                if self._waiting:
                    self._waiting.popleft().set_exception(failure)
                elif environment is not self._first and not self._is_stopped:
                    self._report(str(failure))
            self._start_missing()

    def _release(self, environment: Environment) -> None:
        """Take back an environment at the end of a request."""
        with self._lock:
            if environment.is_alive:
                self._assign(environment)
            else:
                self._all.discard(environment)
                self._start_missing()
            surplus = self._pop_surplus()
        for other in surplus:
            other.stop()

    def _assign(self, environment: Environment) -> None:
        """Give an environment to the request that waits longest, or keep it idle."""
        if self._waiting:
            self._waiting.popleft().set_result(environment)
        else:
            self._idle.append((environment, self._clock()))

    def _pop_surplus(self) -> list[Environment]:
        """Remove and return the environments that have been idle for longer than IDLE_SECONDS. The last one stays."""
        before = self._clock() - IDLE_SECONDS
        surplus = [environment for environment, since in self._idle[:-1] if since < before]
        del self._idle[: len(surplus)]
        self._all.difference_update(surplus)
        return surplus

    def _finish_without_client(self, environment: Environment, future: Future[bytes], seconds: float) -> None:
        """Let a request continue when API Gateway has stopped waiting. Its Timeout still kills the environment."""
        timer = Timer(max(0.0, seconds), self._end_overdue, (environment, future))
        timer.daemon = True
        timer.start()
        future.add_done_callback(lambda _: timer.cancel())
        future.add_done_callback(lambda _: self._release(environment))

    def _end_overdue(self, environment: Environment, future: Future[bytes]) -> None:
        """Kill the environment of a request at its Timeout, unless it has ended. No other request gets it meanwhile."""
        with self._lock:
            if future.done():
                return
            environment.is_alive = False
        environment.stop()
