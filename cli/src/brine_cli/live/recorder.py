"""Makes one record of each request: the twin's measurements, joined with the gateway's log line of the same request id.

The function writes its line before it answers, but the line comes through a pipe, and the answer through a socket. So
a record waits a short time for its line. The client does not wait.
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine_cli.live.answered import answered_line
from brine_cli.live.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.http.messages import HttpRequest, HttpResponse
    from brine_cli.live.record import RequestRecord

    type Advise = Callable[[Exchange, RequestRecord], RequestRecord]

PATIENCE = 2.0
"""Seconds to wait for the line of a function that has written such lines before."""
FIRST_PATIENCE = 0.1
"""Seconds to wait for the line of a function that may be no gateway."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    exchange: Exchange
    until: float


class Recorder:
    """Publishes a record for each request. Any thread may call its methods.

    publish: gets each record. advise: adds notes to a record before it is published. clock: seconds since 1970.
    monotonic: seconds that only go up.
    """

    def __init__(
        self,
        publish: Callable[[RequestRecord], None],
        advise: Advise = lambda _, record: record,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publish = publish
        self._advise = advise
        self._clock = clock
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._open: dict[str, dict[str, Any]] = {}
        """The lines of requests that are not answered yet, by request id; empty until the line comes."""
        self._waiting: dict[str, _Waiting] = {}
        self._gateways: set[str | None] = set()
        self._sweeper: threading.Thread | None = None
        self._is_closed = False

    def begin(self, request: HttpRequest) -> Exchange:
        """Return the exchange of a request that has just arrived."""
        exchange = Exchange(id=str(uuid.uuid4()), request=request, arrived=self._clock(), began=self._monotonic())
        with self._changed:
            self._open[exchange.id] = {}
        return exchange

    def end(self, exchange: Exchange, response: HttpResponse) -> None:
        """Take the answer to a request, and publish its record now or as soon as its line is there."""
        exchange.response, exchange.seconds = response, self._monotonic() - exchange.began
        with self._changed:
            line = self._open.pop(exchange.id, {})
            if exchange.is_page:
                return
            if exchange.function is not None and not line and not self._is_closed:
                patience = PATIENCE if exchange.function in self._gateways else FIRST_PATIENCE
                self._waiting[exchange.id] = _Waiting(exchange, self._monotonic() + patience)
                self._start_sweeper()
                return
            if line:
                self._gateways.add(exchange.function)
        self._complete(exchange, line)

    def refused(self, request: HttpRequest, response: HttpResponse, reason: str) -> None:
        """Publish the record of a request that the server refused before it was complete."""
        exchange = self.begin(request)
        exchange.reason = reason
        self.end(exchange, response)

    def take(self, line: str) -> bool:
        """Take one line of a function's output. Returns whether it is part of a record, and so told there."""
        answered = answered_line(line)
        if answered is None:
            return False
        with self._changed:
            if answered.request_id in self._open:
                self._open[answered.request_id] = answered.content
                return True
            waiting = self._waiting.pop(answered.request_id, None)
            if waiting is None:
                return False
            self._gateways.add(waiting.exchange.function)
        self._complete(waiting.exchange, answered.content)
        return True

    def close(self) -> None:
        """Publish the records that still wait for a line, without it."""
        with self._changed:
            self._is_closed = True
            overdue = list(self._waiting.values())
            self._waiting.clear()
            self._changed.notify_all()
        for waiting in overdue:
            self._complete(waiting.exchange, {})

    def _complete(self, exchange: Exchange, line: dict[str, Any]) -> None:
        self._publish(self._advise(exchange, exchange.record(line)))

    def _start_sweeper(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._sweep, name="records", daemon=True)
            self._sweeper.start()
        self._changed.notify_all()

    def _sweep(self) -> None:
        """Publish the records that have waited long enough for their line."""
        while True:
            with self._changed:
                now = self._monotonic()
                overdue = [waiting for waiting in self._waiting.values() if waiting.until <= now]
                for waiting in overdue:
                    del self._waiting[waiting.exchange.id]
                if not overdue:
                    if self._is_closed:
                        return
                    until = min((waiting.until for waiting in self._waiting.values()), default=None)
                    self._changed.wait(None if until is None else until - now)
            for waiting in overdue:
                self._complete(waiting.exchange, {})
