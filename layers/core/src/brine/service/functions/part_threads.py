"""The threads in which the parts of one request are fetched side by side.

A request has one number of threads for its parts, and for the parts of its parts. A thread that needs several parts
fetches them itself, and lets free threads help. So no thread ever waits for a free one, and functions that fetch from
functions cannot block each other.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    type Work = Callable[[], None]

MOST_AT_ONCE: Final = 32
"""The most parts of one request that are fetched at the same time by `fetch.all`."""

_of_request: ContextVar[PartThreads] = ContextVar("brine_part_threads")


@dataclass(slots=True)
class PartThreads:
    """The threads of one request. `most`: how many parts are fetched at once, the function's own thread included."""

    most: int = MOST_AT_ONCE
    _free: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = threading.Semaphore(self.most - 1)

    @classmethod
    def of_request(cls) -> PartThreads:
        """Return the threads of the request that this thread works for; new ones outside of `shared`."""
        return _of_request.get(None) or cls()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Let the functions that run inside use these threads too."""
        token = _of_request.set(self)
        try:
            yield
        finally:
            _of_request.reset(token)

    def results[T](self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """Return the results of these calls, in their order. Each has a copy of the caller's context variables.

        After one raised, no other begins. Raises the error of the first that raised, when all that began have ended.
        """
        results: dict[int, T] = {}
        errors: dict[int, BaseException] = {}

        def work(number: int, call: Callable[[], T]) -> None:
            if errors:
                return
            try:
                results[number] = call()
            except BaseException as error:  # noqa: BLE001 - the caller raises it
                errors[number] = error

        waiting: deque[Work] = deque(
            partial(copy_context().run, work, number, call) for number, call in enumerate(calls)
        )
        helpers: list[threading.Thread] = []
        while (own := _next(waiting)) is not None:
            while waiting and (helper := self._helper(waiting)) is not None:
                helpers.append(helper)
            own()
        for helper in helpers:
            helper.join()
        for number in sorted(errors):
            raise errors[number]
        return [results[number] for number in range(len(calls))]

    def _helper(self, waiting: deque[Work]) -> threading.Thread | None:
        """Return a thread that does the waiting work; None if no thread is free."""
        if not self._free.acquire(blocking=False):
            return None

        def help_out(first: Work | None) -> None:
            try:
                one = first
                while one is not None:
                    one()
                    one = _next(waiting)
            finally:
                self._free.release()

        first = _next(waiting)
        thread = threading.Thread(target=help_out, args=(first,), name="brine-part")
        try:
            thread.start()
        except RuntimeError:  # the process has as many threads as it may have
            self._free.release()
            if first is not None:
                waiting.appendleft(first)
            return None
        return thread


def _next(waiting: deque[Work]) -> Work | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None
