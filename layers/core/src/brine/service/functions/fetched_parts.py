"""The record of the parts that a function fetches: what they permit for the whole, and how each came about."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.domain.caching.combine import FAILED
from brine.errors import FunctionMistake, PartFailed
from brine.service.transaction import PartReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.domain.caching.combine import PartLimits
    from brine.service.diagnostics import Fault


@dataclass(slots=True, eq=False)
class RequestedPart:
    """A part that a function requested. `is_open`: whether it has no outcome yet."""

    route: str
    began: float
    is_open: bool = True


@dataclass(slots=True)
class FetchedParts:
    """Records the outcome of each part, once. Threads may share it. `clock`: gives seconds.

    limits: what each part permits for the whole. failed: the routes of parts that failed. faults: failures of
    stores during the fetches of parts that are good all the same.

    A part without an outcome when the function returns counts as failed: the function made the whole without it.
    """

    clock: Callable[[], float]
    limits: list[PartLimits] = field(default_factory=list)
    reports: list[PartReport] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _open: list[RequestedPart] = field(default_factory=list)
    _has_returned: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def until_return(self) -> Iterator[None]:
        """Run the function inside. Afterwards no part can be requested, and parts without an outcome have failed."""
        self._has_returned = False  # a middleware may call a function again
        try:
            yield
        finally:
            with self._lock:
                self._has_returned = True
                unfinished = tuple(self._open)
            for part in unfinished:
                self.fail(part)

    def request(self, route: str) -> RequestedPart:
        """Return a new part of a route. Raises FunctionMistake once the function has returned."""
        with self._lock:
            if self._has_returned:
                raise FunctionMistake(
                    f'a part of the route "{route}" was requested after the function returned: wait for all parts '
                    "before the function returns"
                )
            part = RequestedPart(route, self.clock())
            self._open.append(part)
            return part

    def begin(self, part: RequestedPart) -> None:
        """Start the time of a part. Raises PartFailed if the function gave it up before."""
        if not part.is_open:
            raise PartFailed(part.route, "the function gave it up")
        part.began = self.clock()

    def succeed(self, part: RequestedPart, limits: PartLimits, result: str, status: int) -> None:
        """Record the response of a part, unless it has an outcome."""
        with self._lock:
            if self._close(part):
                self.limits.append(limits)
                self._report(part, result, status)

    def fail(self, part: RequestedPart, *, status: int = 0, cause: str | None = None) -> None:
        """Record that a part failed or was given up, unless it has an outcome. `status`: of its response, or 0."""
        with self._lock:
            if self._close(part):
                self._spoil(part.route)
                self._report(part, "failed", status, cause)

    def skip(self, part: RequestedPart) -> None:
        """Forget a part that was never fetched, because another one failed."""
        with self._lock:
            self._close(part)

    def spoil(self, route: str) -> None:
        """Record that the content of a part is not usable, although its response was."""
        with self._lock:
            self._spoil(route)

    def _spoil(self, route: str) -> None:
        self.limits.append(FAILED)
        self.failed.append(route)

    def _report(self, part: RequestedPart, result: str, status: int, cause: str | None = None) -> None:
        seconds = self.clock() - part.began
        self.reports.append(PartReport(route=part.route, result=result, status=status, seconds=seconds, cause=cause))

    def _close(self, part: RequestedPart) -> bool:
        """Return whether the part had no outcome until now."""
        was_open, part.is_open = part.is_open, False
        if was_open:
            self._open.remove(part)
        return was_open
