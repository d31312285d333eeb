"""An HTTP client with kept-alive connections, which any number of threads may share."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from brine.adapters.http1.connection import Connection
from brine.adapters.http1.dial import default_tls, dial
from brine.adapters.http1.errors import ExchangeError, NoResponse

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from brine.adapters.http1.connection import HttpLimits, RawRequest, RawResponse
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline


class HttpClient:
    """Sends requests to any address. Keeps connections for later requests until `close`.

    idle_limit: seconds after which an idle connection is not used again. max_idle: connections kept per address.
    clock: monotonic seconds. tls: makes the context of all TLS connections, at the first of them.
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

    def exchange(
        self, address: OriginAddress, message: RawRequest, limits: HttpLimits, deadline: Deadline
    ) -> RawResponse:
        """Send a request and return the whole response. Raises ExchangeError.

        The peer may close a kept connection at any time. If it does so before the first byte of a response, the client
        sends a repeatable request once more, over a new connection.
        """
        connection = self._borrow(address)
        if connection is not None:
            try:
                return self._over(connection, address, message, limits, deadline)
            except NoResponse:
                if not message.repeatable:
                    raise
            try:
                return replace(self._over_new(address, message, limits, deadline), is_retry=True)
            except ExchangeError as error:
                error.is_retry = True
                raise
        return self._over_new(address, message, limits, deadline)

    def _over_new(
        self, address: OriginAddress, message: RawRequest, limits: HttpLimits, deadline: Deadline
    ) -> RawResponse:
        connection = Connection(dial(address, deadline.within(limits.connect_timeout), self._tls_context))
        return self._over(connection, address, message, limits, deadline)

    def close(self) -> None:
        """Close every idle connection now, and each connection in use when its exchange ends."""
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
        self,
        connection: Connection,
        address: OriginAddress,
        message: RawRequest,
        limits: HttpLimits,
        deadline: Deadline,
    ) -> RawResponse:
        try:
            return connection.exchange(message, limits, deadline)
        finally:
            self._give_back(address, connection)

    def _borrow(self, address: OriginAddress) -> Connection | None:
        """Return the usable connection that was used last, so that the older ones reach their idle limit."""
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
        """Return whether the connection that was idle longest should be closed."""
        return len(kept) > self._max_idle or kept[-1].idle_since - kept[0].idle_since > self._idle_limit

    def _tls_context(self) -> SSLContext:
        # Two threads may both make a context. One of the two is dropped, which costs only time.
        context = self._tls
        if context is None:
            context = self._tls = self._make_tls()
        return context
