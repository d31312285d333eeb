"""The decorator `cached`, which keeps the results of a function."""

from __future__ import annotations

import inspect
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Final

from brine.domain.results.cached_call import CachedCall

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.results.key import Key, Plain
    from brine.ports.deadline import Deadline
    from brine.service.results.cache import Cache
    from brine.service.results.call import CacheEvent, Resolved

_NAMED: Final = inspect.Parameter.VAR_KEYWORD


def cached[**P, T](
    cache: Cache,
    *,
    freshness_lifetime: float,
    grace: float = 0.0,
    negative: Mapping[type[Exception], float] | None = None,
    tags: Collection[str] | Callable[..., Collection[str]] = (),
    key: Callable[..., Key] | None = None,
    early_refresh: float = 0.0,
    scheduled: Collection[tuple[object, ...]] = (),
) -> Callable[[Callable[P, T]], CachedFunction[P, T]]:
    """Keep the results of a function. The key of a result is the function's module, its name and its arguments.

    The same arguments give the same key, by position, by name or by default. They must be plain: text, bytes, numbers,
    booleans, None and tuples of these. A call with any other argument raises TypeError.

    key: called with the arguments; it returns a key in their place. A function inside another function needs one,
    because the key lacks the variables of the outer function.
    tags: the tags of each result, or a function of the arguments that returns them.
    early_refresh: with a refresh queue, hits refresh a result in the background before it is stale. 1 is a good value;
    a larger one refreshes earlier, 0 never.
    scheduled: the arguments, each a tuple, of the calls that a schedule refreshes (docs/refresh-results.md).
    The other arguments are those of `Cache.get_or_compute`.

    Raises TypeError for a method, a coroutine function, and a function inside another one without `key`.
    """

    def decorate(function: Callable[P, T]) -> CachedFunction[P, T]:
        return CachedFunction(
            function,
            cache,
            options={"freshness_lifetime": freshness_lifetime, "grace": grace, "negative": negative},
            tags=tags,
            key=key,
            early_refresh=early_refresh,
            scheduled=scheduled,
        )

    return decorate


class CachedFunction[**P, T]:
    """A function with kept results. `__wrapped__` is the original function; `full_name` is "module:qualname"."""

    __wrapped__: Callable[P, T]
    __name__: str

    def __init__(
        self,
        function: Callable[P, T],
        cache: Cache,
        *,
        options: Mapping[str, Any],
        tags: Collection[str] | Callable[..., Collection[str]],
        key: Callable[..., Key] | None,
        early_refresh: float = 0.0,
        scheduled: Collection[tuple[object, ...]] = (),
    ) -> None:
        if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
            raise TypeError("only plain functions can be cached")
        if key is None and "<" in function.__qualname__:
            raise TypeError(f"{function.__qualname__} is defined inside another function: give a key")
        self._name = (function.__module__, function.__qualname__)
        self.full_name = ":".join(self._name)  # in refresh requests and events
        self._signature = inspect.signature(function)
        self._cache = cache
        self._options = options
        self._tags = tags
        self._key = key
        self._early_refresh = early_refresh
        self.scheduled = self._checked(scheduled)
        update_wrapper(self, function)
        if "<" not in function.__qualname__:  # a refresh request lacks the variables of an outer function
            cache.functions.add(self.full_name, self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the function's result for these arguments, stored or computed."""
        key = self.key(*args, **kwargs)
        tags = self._tags(*args, **kwargs) if callable(self._tags) else self._tags
        resolved: Resolved[T] = self._cache.resolve(
            key,
            lambda: self.__wrapped__(*args, **kwargs),
            tags=tags,
            cached_call=self._cached_call(args, kwargs),
            **self._options,
        )
        return resolved.value

    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> CacheEvent:
        """Compute the result for these arguments now, store it, and return the event, as `Cache.refresh` does."""
        return self._refreshed(args, kwargs, is_forced=True)

    def renew(
        self,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        key: str | None = None,
        renews: int | None = None,
        deadline: Deadline | None = None,
    ) -> CacheEvent | None:
        """Execute a refresh request, or without `key` a scheduled refresh (brine.service.results.functions)."""
        if key is not None:
            try:
                own = self._cache.hashed_key(self.key(*args, **kwargs))  # type: ignore[arg-type]
            except Exception:  # noqa: BLE001 - the function has other parameters by now
                return None
            if own != key:
                return None
        return self._refreshed(args, kwargs, is_forced=key is None, renews=renews, deadline=deadline)

    def _refreshed(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], **how: Any) -> CacheEvent:
        return self._cache.refresh(
            self.key(*args, **kwargs),
            lambda: self.__wrapped__(*args, **kwargs),
            tags=self._tags(*args, **kwargs) if callable(self._tags) else self._tags,
            function=self.full_name,
            **self._options,
            **how,
        )

    def _cached_call(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> CachedCall | None:
        """Return the call for a refresh request; None for a function inside another one."""
        if "<" in self._name[1]:
            return None
        return CachedCall(self.full_name, args, kwargs, self._early_refresh)

    def _checked(self, scheduled: Collection[tuple[object, ...]]) -> tuple[tuple[object, ...], ...]:
        """Return the scheduled calls. Raises TypeError for arguments that the function does not accept."""
        if scheduled and "<" in self._name[1]:
            raise TypeError(f"{self._name[1]} is defined inside another function: it cannot be scheduled")
        for args in scheduled:
            if not isinstance(args, tuple):
                raise TypeError(f"scheduled takes a tuple of arguments for each call, not {type(args).__name__}")
            self._signature.bind(*args)
        return tuple(scheduled)

    def __set_name__(self, owner: type, name: str) -> None:
        raise TypeError(f"{owner.__qualname__}.{name} is a method: only plain functions can be cached")

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Key:
        """Return the key of the result for these arguments. Raises TypeError if the function does not accept them."""
        if self._key is not None:
            return (*self._name, self._key(*args, **kwargs))
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        parts: list[Plain] = []
        for name, value in bound.arguments.items():
            by_name = self._signature.parameters[name].kind is _NAMED
            parts.append((name, tuple(sorted(value.items())) if by_name else value))
        return (*self._name, tuple(parts))

    def purge(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Purge the result for these arguments, as `Cache.purge` does."""
        self._cache.purge(self.key(*args, **kwargs))
