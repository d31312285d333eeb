"""The decorator `cached`, which stores the results of a function."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Concatenate, Protocol, Self, overload

from brine.domain.results.lifetimes import ResultLifetimes
from brine.service.results.decorators.call_tenant import check_tenant_argument
from brine.service.results.decorators.function_key import plain_function
from brine.service.results.decorators.keyed_function import KeyedFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping

    from brine.domain.durations import Duration
    from brine.service.results.cache import Cache
    from brine.service.results.call import CacheEvent
    from brine.service.results.decorators.async_cached import AsyncCachedFunction


class CachedDecorator(Protocol):
    """Decorates a function or a coroutine function; the result accepts the same arguments."""

    @overload
    def __call__[**P, T](self, function: Callable[P, Coroutine[Any, Any, T]], /) -> AsyncCachedFunction[P, T]: ...  # type: ignore[overload-overlap]  # the first fits
    @overload
    def __call__[**P, T](self, function: Callable[P, T], /) -> CachedFunction[P, T]: ...


def cached(
    cache: Cache,
    *,
    freshness_lifetime: Duration,
    grace: Duration = 0.0,
    negative: Mapping[type[Exception], Duration] | None = None,
    tags: Collection[str] | Callable[..., Collection[str]] = (),
    key: Callable[..., object] | None = None,
    version: object = None,
    tenant: Callable[..., str] | None = None,
    early_refresh: float = 0.0,
    scheduled: Collection[tuple[object, ...]] = (),
) -> CachedDecorator:
    """Keep the results of a function or coroutine function. A key has its module, its name and its arguments.

    The same arguments give the same key, by position, by name or by default. docs/results-cache.md lists the values
    that can be arguments, such as text, numbers, dates, Enums and dataclasses. A call with any other argument raises
    TypeError.

    key: called with the arguments; it returns the key in their place. A function inside another
    function needs one, because the key lacks the variables of the outer function.
    version: part of the key. Change it with the function, and the results of the old code are no longer served.
    tags: the tags of each result, or a function of the arguments that returns them.
    tenant: a function of the arguments that returns the tenant of a call. The result and its tags belong to this tenant
    alone, as those of `Cache.for_tenant`. If it returns anything else than a text that is not empty and can be printed,
    the call raises ValueError. Without it, all results belong to the tenant of the cache.
    early_refresh: with a refresh queue, hits refresh a result in the background before it is stale. 1 is a good value;
    a larger one refreshes earlier, 0 never.
    scheduled: the arguments, each a tuple, of the calls that a schedule refreshes (docs/refresh-results.md).
    The other arguments are those of `Cache.get_or_compute`.

    In a class, it goes above or below `@classmethod` and `@staticmethod`. The object of a method is part of the key:
    a frozen dataclass can be. With other decorators, put `@cached` directly above the function.

    Raises ValueError for an invalid duration, and for a scheduled call without a valid tenant; TypeError for a
    generator, an object that is no function, and a function inside another one without `key`.
    """
    check_tenant_argument(tenant)
    lifetimes = ResultLifetimes.of(freshness_lifetime, grace, negative)

    def decorate(function: Any) -> Any:
        cls: type[KeyedFunction[...]] = CachedFunction
        if inspect.iscoroutinefunction(plain_function(function)[0]):
            from brine.service.results.decorators.async_cached import AsyncCachedFunction  # noqa: PLC0415 - imports asyncio

            cls = AsyncCachedFunction
        return cls(
            function,
            cache,
            lifetimes=lifetimes,
            tags=tags,
            key=key,
            version=version,
            tenant=tenant,
            early_refresh=early_refresh,
            scheduled=scheduled,
        )

    return decorate


class CachedFunction[**P, T](KeyedFunction[P]):
    """A function with stored results."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the function's result for these arguments, stored or computed."""
        result: T = self._cache.resolve_within(self._request(args, kwargs), self._lifetimes).value
        return result

    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> CacheEvent:
        """Compute the result for these arguments now, store it, and return the event, as `Cache.refresh` does."""
        return self._refreshed(args, kwargs, is_forced=True)

    def get_many(self, calls: Iterable[tuple[Any, ...]]) -> list[T]:
        """Return the results of many calls in their order. Each call is a tuple of the arguments by position.

        One call to the table looks up about fifty results. The function is called for each one that is missing.
        """
        return self._cache.resolve_each([self._request(args, {}) for args in calls], self._lifetimes)

    def purge(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Purge the result for these arguments, as `Cache.purge` does."""
        self._cache_for(args, kwargs).purge(self.key(*args, **kwargs))

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__[S, **Q](
        self: CachedFunction[Concatenate[S, Q], T], instance: S, owner: type | None = None
    ) -> CachedFunction[Q, T]: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Return the function with its object or class as the first argument."""
        return self._bound_to(instance, owner)
