"""Cached coroutine functions."""

from __future__ import annotations

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Concatenate, Self, overload

from brine.service.results.async_call import in_thread
from brine.service.results.decorators.keyed_function import KeyedFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine.service.results.call import CacheEvent


class AsyncCachedFunction[**P, T](KeyedFunction[P]):
    """A coroutine function with stored results. The event loop never waits for a store."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        inspect.markcoroutinefunction(self)

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the function's result for these arguments, stored or computed."""
        result: T = await self._cache.resolve_within_async(self._request(args, kwargs), self._lifetimes)
        return result

    async def refresh(self, *args: P.args, **kwargs: P.kwargs) -> CacheEvent:
        """Compute the result for these arguments now, store it, and return the event, as `Cache.refresh` does."""
        self._register_classes()
        loop = asyncio.get_running_loop()

        def compute() -> Any:
            return asyncio.run_coroutine_threadsafe(self._computation(args, kwargs)(), loop).result()

        executor = ThreadPoolExecutor(1)  # of its own: this thread waits for the computation
        try:
            return await in_thread(executor, lambda: self._refreshed(args, kwargs, is_forced=True, compute=compute))
        finally:
            executor.shutdown(wait=False)

    def _computation_now(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Callable[[], Any]:
        return lambda: asyncio.run(self.__wrapped__(*args, **kwargs))

    async def get_many(self, calls: Iterable[tuple[Any, ...]]) -> list[T]:
        """Return the results of many calls in their order. Each call is a tuple of the arguments by position.

        One call to the table looks up about fifty results. The function is called for all missing ones at once.
        """
        return await self._cache.resolve_each_async([self._request(args, {}) for args in calls], self._lifetimes)

    async def purge(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Purge the result for these arguments, as `Cache.purge` does."""
        cache, key = self._cache_for(args, kwargs), self.key(*args, **kwargs)
        await in_thread(cache.store_threads.executor, lambda: cache.purge(key))

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__[S, **Q](
        self: AsyncCachedFunction[Concatenate[S, Q], T], instance: S, owner: type | None = None
    ) -> AsyncCachedFunction[Q, T]: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Return the function with its object or class as the first argument."""
        return self._bound_to(instance, owner)
