"""The decorator `cached`, which keeps the results of a function."""

from __future__ import annotations

import inspect
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.results.key import Key
    from brine.service.results.cache import Cache

_NAMED: Final = inspect.Parameter.VAR_KEYWORD


def cached[**P, T](
    cache: Cache,
    *,
    freshness_lifetime: float,
    grace: float = 0.0,
    negative: Mapping[type[Exception], float] | None = None,
    tags: Collection[str] | Callable[..., Collection[str]] = (),
    key: Callable[..., Key] | None = None,
) -> Callable[[Callable[P, T]], CachedFunction[P, T]]:
    """Keep the results of a function. The key of a result is the function's module, its name and its arguments.

    The same arguments give the same key, by position, by name or by default. They must be plain: text, bytes, numbers,
    booleans, None and tuples of these. A call with any other argument raises TypeError.

    key: called with the arguments; it returns a key in their place. A function inside another function needs one,
    because the key lacks the variables of the outer function.
    tags: the tags of each result, or a function of the arguments that returns them.
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
        )

    return decorate


class CachedFunction[**P, T]:
    """A function with kept results. `__wrapped__` is the original function."""

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
    ) -> None:
        if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
            raise TypeError("only plain functions can be cached")
        if key is None and "<" in function.__qualname__:
            raise TypeError(f"{function.__qualname__} is defined inside another function: give a key")
        self._name = (function.__module__, function.__qualname__)
        self._signature = inspect.signature(function)
        self._cache = cache
        self._options = options
        self._tags = tags
        self._key = key
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the function's result for these arguments, stored or computed."""
        key = self.key(*args, **kwargs)
        tags = self._tags(*args, **kwargs) if callable(self._tags) else self._tags
        result: T = self._cache.get_or_compute(
            key, lambda: self.__wrapped__(*args, **kwargs), tags=tags, **self._options
        )
        return result

    def __set_name__(self, owner: type, name: str) -> None:
        raise TypeError(f"{owner.__qualname__}.{name} is a method: only plain functions can be cached")

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Key:
        """Return the key of the result for these arguments. Raises TypeError if the function does not accept them."""
        if self._key is not None:
            return (*self._name, self._key(*args, **kwargs))
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        parts: list[object] = []
        for name, value in bound.arguments.items():
            by_name = self._signature.parameters[name].kind is _NAMED
            parts.append((name, tuple(sorted(value.items())) if by_name else value))
        return (*self._name, tuple(parts))

    def purge(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Purge the result for these arguments, as `Cache.purge` does."""
        self._cache.purge(self.key(*args, **kwargs))
