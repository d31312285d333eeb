"""The pollers of the queues that invoke functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from brine_cli.http import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine_cli.emulators.api import EmulatorApi
    from brine_cli.lambda_runtime.environments import Invoker
    from brine_cli.lambda_runtime.queue_poller import QueuePoller
    from brine_cli.template.event_sources import QueueSource
    from brine_cli.template.functions import Function


class Pollers:
    """One poller for each queue that invokes a function."""

    def __init__(self, invokers: Mapping[str, Invoker], report: Callable[[str], None]) -> None:
        self._invokers = invokers
        self._report = report
        self._running: dict[QueueSource, QueuePoller] = {}
        self._ended: list[QueuePoller] = []
        self._timeouts: dict[str, float] = {}

    def follow(
        self,
        sources: Iterable[QueueSource],
        functions: Mapping[str, Function],
        api: Callable[[], EmulatorApi],
    ) -> None:
        """Poll these queues from now on, and no others. api: returns the client of the AWS emulator."""
        # The timeout of the function itself, not that of API Gateway.
        self._timeouts = {name: one.timeout + 2 * limits.INIT_SECONDS for name, one in functions.items()}
        wanted = set(sources)
        for source in self._running.keys() - wanted:
            poller = self._running.pop(source)
            poller.stop()
            self._ended.append(poller)
        new = wanted - self._running.keys()
        if not new:
            return
        from brine_cli.lambda_runtime.queue_poller import QueuePoller  # noqa: PLC0415  (not every template has queues)

        for source in new:
            invoke = partial(self.invoke, source.function)
            self._running[source] = QueuePoller(source, api(), invoke, report=self._report)
            self._running[source].start()

    def stop(self) -> None:
        """Receive no more messages. The current invocations continue."""
        for poller in self._running.values():
            poller.stop()

    def join(self) -> None:
        """Wait for the last batches, which end at the latest with the processes of the functions."""
        for poller in (*self._running.values(), *self._ended):
            poller.join()

    def invoke(self, function: str, event: bytes) -> bytes:
        """Invoke a function, and wait for it as long as its own timeout permits. Raises InvocationFailed."""
        return self._invokers[function].invoke(event, timeout=self._timeouts[function])
