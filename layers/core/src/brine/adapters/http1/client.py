"""Exchanges over kept-alive connections, which any number of threads may share."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from brine.adapters.http1.connection import Connection
from brine.adapters.http1.dial import default_tls, dial
from brine.adapters.http1.errors import ExchangeError, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from brine.adapters.http1.connection import Answer, Limits, Message
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline


class Client:
    """Sends requests to any address, and keeps connections for the next ones until `close`.

    idle_limit: seconds after which an unused connection is not used again. max_idle: how many are kept per address.
    clock: monotonic seconds. tls: makes the context of every TLS connection, once.
    """

    def __init__(
        self,
        *,
        idle_limit: float = 50.0,
        max_idle: int = 128,
        clock: Callable[[], float] = time.monotonic,
        tls: Callable[[], SSLContext] = default_tls,
    ) -> None:
        self._idle_limit = idle_limit
        self._max_idle = max_idle
        self._clock = clock
        self._make_tls = tls
        self._tls: SSLContext | None = None
        self._idle: dict[OriginAddress, deque[Connection]] = {}
        self._closed = False
        self._lock = threading.Lock()  # for the book-keeping; never held during I/O

    def exchange(self, address: OriginAddress, message: Message, limits: Limits, deadline: Deadline) -> Answer:
        """Send a request and read the whole answer. Raises ExchangeError.

        A kept connection may be closed by its peer at any time. A repeatable message that met such an end before the
        first byte of an answer is sent once more, over a new connection.
        """
        connection = self._borrow(address)
        if connection is not None:
            try:
                return self._over(connection, address, message, limits, deadline)
            except NoAnswer:
                if not message.repeatable:
                    raise
            try:
                return replace(self._over_new(address, message, limits, deadline), is_second=True)
            except ExchangeError as error:
                error.is_second = True
                raise
        return self._over_new(address, message, limits, deadline)

    def _over_new(self, address: OriginAddress, message: Message, limits: Limits, deadline: Deadline) -> Answer:
        connection = Connection(dial(address, deadline.within(limits.connect_timeout), self._tls_context))
        return self._over(connection, address, message, limits, deadline)

    def close(self) -> None:
        """Close every idle connection now, and those in use when their exchange ends."""
        with self._lock:
            self._closed = True
            idle = [connection for kept in self._idle.values() for connection in kept]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _over(
        self, connection: Connection, address: OriginAddress, message: Message, limits: Limits, deadline: Deadline
    ) -> Answer:
        try:
            return connection.exchange(message, limits, deadline)
        finally:
            self._give_back(address, connection)

    def _borrow(self, address: OriginAddress) -> Connection | None:
        """The connection used last that is still good: so the others grow old and go."""
        while True:
            with self._lock:
                kept = self._idle.get(address)
                if not kept:
                    return None
                connection = kept.pop()
            if self._clock() - connection.idle_since < self._idle_limit and connection.quiet:
                return connection
            connection.close()

    def _give_back(self, address: OriginAddress, connection: Connection) -> None:
        surplus: Connection | None = connection
        if connection.reusable:
            connection.idle_since = self._clock()
            with self._lock:
                if not self._closed:
                    kept = self._idle.setdefault(address, deque())
                    kept.append(connection)
                    surplus = kept.popleft() if self._is_surplus(kept) else None
        if surplus is not None:
            surplus.close()

    def _is_surplus(self, kept: deque[Connection]) -> bool:
        """Whether the connection that was idle longest should go."""
        return len(kept) > self._max_idle or kept[-1].idle_since - kept[0].idle_since > self._idle_limit

    def _tls_context(self) -> SSLContext:
        # Two threads may both make one; the loser's is dropped, which costs time and nothing else.
        context = self._tls
        if context is None:
            context = self._tls = self._make_tls()
        return context
