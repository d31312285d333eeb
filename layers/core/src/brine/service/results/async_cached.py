"""Cached coroutine functions."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Concatenate, Self, overload

from brine.service.results.async_call import in_thread
from brine.service.results.keyed_function import KeyedFunction

if TYPE_CHECKING:
    from collections.abc import Iterable


class AsyncCachedFunction[**P, T](KeyedFunction[P]):
    """A coroutine function with kept results. The event loop never waits for a store."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        inspect.markcoroutinefunction(self)

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the function's result for these arguments, stored or computed."""
        result: T = await self._cache.resolve_within_async(
            self.key(*args, **kwargs),
            self._computation(args, kwargs),
            self._lifetimes,
            self._tags_of(args, kwargs),
        )
        return result

    async def get_many(self, calls: Iterable[tuple[Any, ...]]) -> list[T]:
        """Return the results of many calls in their order. Each call is a tuple of the arguments by position.

        One call to the table looks up about fifty results. The function is called for all missing ones at once.
        """
        return await self._cache.resolve_each_async(
            [(self.key(*args), self._computation(args, {}), self._tags_of(args, {})) for args in calls],  # type: ignore[call-arg]
            self._lifetimes,
        )

    async def purge(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Purge the result for these arguments, as `Cache.purge` does."""
        key = self.key(*args, **kwargs)
        await in_thread(self._cache.store_threads.executor, lambda: self._cache.purge(key))

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__[S, **Q](
        self: AsyncCachedFunction[Concatenate[S, Q], T], instance: S, owner: type | None = None
    ) -> AsyncCachedFunction[Q, T]: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Return the function with its object or class as the first argument."""
        return self._bound_to(instance, owner)
