"""The common part of cached functions and coroutine functions: keys, tags, and binding to an object or a class."""

from __future__ import annotations

import inspect
from contextlib import suppress
from copy import copy
from functools import update_wrapper
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Self

from brine.domain.results.cached_call import CachedCall
from brine.service.results.decorators.call_tenant import CallTenant
from brine.service.results.decorators.function_key import FunctionKey, plain_function
from brine.service.results.result_request import ResultRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.results.key import Key
    from brine.domain.results.lifetimes import ResultLifetimes
    from brine.ports.deadline import Deadline
    from brine.service.results.cache import Cache
    from brine.service.results.call import CacheEvent

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
        tenant: Callable[..., object] | None,
        early_refresh: float = 0.0,
        scheduled: Collection[tuple[object, ...]] = (),
    ) -> None:
        plain, self._binding = plain_function(function)
        self._function_key = FunctionKey(plain, key, version)
        self._cache = cache
        self._lifetimes = lifetimes
        self._tags = tags
        self._bound: tuple[object, ...] = ()
        self._has_registered = Event()
        self._registering = Lock()
        self._early_refresh = early_refresh
        self.full_name = f"{plain.__module__}:{plain.__qualname__}"  # in refresh requests and events
        self._tenant = CallTenant(tenant, plain.__qualname__)
        self._is_global = "<" not in plain.__qualname__  # a refresh request lacks the variables of an outer function
        self.scheduled = self._checked(scheduled)
        if self._is_global:
            cache.functions.add(self.full_name, self)
        update_wrapper(self, plain)  # type: ignore[arg-type]  # mypy takes it for one that must not be called

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Key:
        """Return the key of the result for these arguments. Raises TypeError if the function does not accept them.

        With `tenant`, the result is stored under this key of the tenant's cache, `cache.for_tenant(...)`. Raises
        ValueError for an invalid tenant.
        """
        return self._key_and_tenant(args, kwargs)[0]

    def _key_and_tenant(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Key, str | None]:
        """Return the key and the tenant of a call. Raises TypeError and ValueError."""
        args_with_bound = (*self._bound, *args)
        key = self._function_key.of(args_with_bound, kwargs, is_bound=bool(self._bound))
        return key, self._tenant.of(args_with_bound, kwargs)

    def _tags_of(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Collection[str]:
        return self._tags(*self._bound, *args, **kwargs) if callable(self._tags) else self._tags

    def _cache_for(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Cache:
        """Return the cache of the tenant of a call. Raises ValueError."""
        return self._tenant.cache_for(self._cache, (*self._bound, *args), kwargs)

    def _computation(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any]:
        return lambda: self.__wrapped__(*self._bound, *args, **kwargs)

    def prepare(self) -> None:
        """Register the classes of the annotations, so that arguments can be opened and results sealed."""
        self._register_classes()

    def renew(
        self,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        key: str | None = None,
        renews: int | None = None,
        deadline: Deadline | None = None,
    ) -> CacheEvent | None:
        """Execute a refresh request, or without `key` a scheduled refresh, as `Refreshable` says."""
        if key is not None:
            try:
                own = self._cache_for(args, kwargs).hashed_key(self._function_key.of(args, kwargs))
            except Exception:  # noqa: BLE001 - the function has other parameters by now, or no tenant for these
                return None
            if own != key:
                return None
        return self._refreshed(args, kwargs, is_forced=key is None, renews=renews, deadline=deadline)

    def _refreshed(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], **how: Any) -> CacheEvent:
        self._register_classes()
        cache = self._cache_for(args, kwargs)
        tags = self._tags_of(args, kwargs)
        args = (*self._bound, *args)
        lifetimes = self._lifetimes
        options: dict[str, Any] = {
            "tags": tags,
            "function": self.full_name,
            "freshness_lifetime": lifetimes.freshness_lifetime,
            "grace": lifetimes.grace,
            "negative": lifetimes.negative,
        }
        compute = how.pop("compute", None) or self._computation_now(args, kwargs)
        return cache.refresh(self._function_key.of(args, kwargs), compute, **options, **how)

    def _computation_now(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Callable[[], Any]:
        """Return a function that computes the result for all these arguments in this thread."""
        return lambda: self.__wrapped__(*args, **kwargs)

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ResultRequest[Any]:
        """Return the request of a call for the cache. Raises ValueError for an invalid tenant."""
        self._register_classes()
        key, tenant = self._key_and_tenant(args, kwargs)
        call = CachedCall(self.full_name, args, kwargs, self._early_refresh) if self._may_be_refreshed() else None
        tags = self._tags_of(args, kwargs)
        return ResultRequest(key, self._computation(args, kwargs), tags, call, tenant, self.full_name)

    def _may_be_refreshed(self) -> bool:
        """Return whether a refresh request can repeat a call: it has neither outer variables nor the object."""
        return self._is_global and not self._bound

    def _register_classes(self) -> None:
        """Register the classes of the return annotation, once, so that results can be sealed.

        With a refresh queue, register those of the parameters too: a refresh request has the arguments.
        """
        if self._has_registered.is_set():
            return
        with self._registering:
            annotations = inspect.get_annotations(self.__wrapped__)
            if not self._cache.has_refresh_queue:
                annotations = {name: each for name, each in annotations.items() if name == "return"}
            for annotation in annotations.values():
                with suppress(TypeError):  # a name that exists only for type checkers: its classes stay unregistered
                    self._cache.registry.register_annotated(annotation, owner=self.__wrapped__)
            self._has_registered.set()

    def _checked(self, scheduled: Collection[tuple[object, ...]]) -> tuple[tuple[object, ...], ...]:
        """Return the scheduled calls. Raises TypeError for arguments that the function does not accept.

        Raises ValueError for a call without a valid tenant.
        """
        if scheduled and not self._is_global:
            raise TypeError(f"{self.full_name} is defined inside another function: it cannot be scheduled")
        for args in scheduled:
            if not isinstance(args, tuple):
                raise TypeError(f"scheduled takes a tuple of arguments for each call, not {type(args).__name__}")
            self._function_key.check_arguments(args)
            self._tenant.of(args, {})
        return tuple(scheduled)

    def _bound_to(self, instance: object, owner: type | None) -> Self:
        """Return this function with its first argument, as a class or an object offers it."""
        if self._binding == "static" or (instance is None and self._binding == "function"):
            return self
        bound = copy(self)
        bound._bound = (instance if self._binding == "function" else owner or type(instance),)  # noqa: SLF001 - of its own kind
        return bound
