"""What cached functions and cached coroutine functions share: keys, tags, and binding to an object or a class."""

from __future__ import annotations

from copy import copy
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Self

from brine.service.results.function_key import FunctionKey, plain_function

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from brine.domain.results.key import Key
    from brine.domain.results.lifetimes import ResultLifetimes
    from brine.service.results.cache import Cache

type Tags = Collection[str] | Callable[..., Collection[str]]


class KeyedFunction[**P]:
    """A function with a cache for its results. `__wrapped__` is the original function."""

    __wrapped__: Callable[..., Any]
    __name__: str

    def __init__(
        self,
        function: object,
        cache: Cache,
        *,
        lifetimes: ResultLifetimes,
        tags: Tags,
        key: Callable[..., object] | None,
        version: object,
    ) -> None:
        plain, self._binding = plain_function(function)
        self._function_key = FunctionKey(plain, key, version)
        self._cache = cache
        self._lifetimes = lifetimes
        self._tags = tags
        self._bound: tuple[object, ...] = ()
        update_wrapper(self, plain)  # type: ignore[arg-type]  # mypy takes it for one that must not be called

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Key:
        """Return the key of the result for these arguments. Raises TypeError if the function does not accept them."""
        return self._function_key.of((*self._bound, *args), kwargs, is_bound=bool(self._bound))

    def _tags_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Collection[str]:
        return self._tags(*self._bound, *args, **kwargs) if callable(self._tags) else self._tags

    def _computation(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any]:
        return lambda: self.__wrapped__(*self._bound, *args, **kwargs)

    def _bound_to(self, instance: object, owner: type | None) -> Self:
        """Return this function with its first argument, as a class or an object offers it."""
        if self._binding == "static" or (instance is None and self._binding == "function"):
            return self
        bound = copy(self)
        bound._bound = (instance if self._binding == "function" else owner or type(instance),)  # noqa: SLF001 - of its own kind
        return bound
