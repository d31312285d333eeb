"""Calls to stores that do not depend on each other, several at a time."""

from __future__ import annotations

from contextvars import copy_context
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import ThreadPoolExecutor

MOST_AT_ONCE: Final = 16


def in_parallel[A, R](work: Callable[[A], R], items: Sequence[A]) -> list[R]:
    """Return the result of `work` for each item, in order. Raises the first exception.

    Each call has a copy of the caller's context variables.
    """
    if len(items) < 2:
        return [work(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a cold start does without

    with ThreadPoolExecutor(min(len(items), MOST_AT_ONCE), thread_name_prefix="brine-stores") as threads:
        return list(threads.map(lambda context, item: context.run(work, item), [copy_context() for _ in items], items))


class StoreThreads:
    """The threads in which coroutines call stores, started by the first call.

    They run no code of a caller and wait only for stores, so they cannot wait for each other, however few they are.
    """

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most

    @cached_property
    def executor(self) -> ThreadPoolExecutor:
        """The threads."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a cold start does without

        return ThreadPoolExecutor(self._most, thread_name_prefix="brine-stores")
