"""The decorator `purges`, which purges tags after each call of a function."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

from brine.domain.purging.tags import check_tags
from brine.service.results.decorators.call_tenant import CallTenant, check_tenant_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from brine.service.results.cache import Cache


def purges[**P, T](
    cache: Cache,
    *tags: str | Callable[..., Collection[str]],
    of_result: Callable[..., Collection[str]] | None = None,
    tenant: Callable[..., str] | None = None,
    soft: bool = False,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Purge tags after each call of a function or coroutine function, unless it raises.

    tags: tags, and functions of the arguments that return tags. They are called before the function.
    of_result: a function that is called with the result and the arguments, and returns more tags.
    tenant: a function of the arguments that returns the tenant of the tags, as for `cached`. It is called before the
    function. Without it, the tags belong to the tenant of the cache.
    soft: mark the results as stale, as `Cache.purge_tag` does.

    The decorated function raises StoreError if the table did not confirm a purge. The function has then been called,
    and the other tags are purged. For an invalid tenant, it raises ValueError and does not call the function.
    Raises TypeError for an object that is no function, and for no tags.
    """
    if not tags and of_result is None:
        raise TypeError("purges needs a tag, or a function that returns tags")
    check_tenant_argument(tenant)
    constant = check_tags(tuple(tag for tag in tags if not callable(tag)))
    functions = [tag for tag in tags if callable(tag)]

    def before(args: Any, kwargs: Any) -> tuple[str, ...]:
        return check_tags(
            (*constant, *(tag for function in functions for tag in check_tags(function(*args, **kwargs))))
        )

    def purge(tenant_cache: Cache, known: tuple[str, ...], result: object, args: Any, kwargs: Any) -> None:
        more = () if of_result is None else check_tags(of_result(result, *args, **kwargs))
        tenant_cache.purge_tags(check_tags((*known, *more)), soft=soft)

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        if isinstance(function, classmethod | staticmethod):
            raise TypeError("put @purges below @classmethod and @staticmethod, directly above the function")
        if not callable(function):
            raise TypeError(f"only functions can purge, not an object of the class {type(function).__qualname__}")
        of_call = CallTenant(tenant, getattr(function, "__qualname__", type(function).__qualname__))
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def purging_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                from brine.service.results.async_call import in_thread  # noqa: PLC0415 - imports asyncio

                tenant_cache, known = of_call.cache_for(cache, args, kwargs), before(args, kwargs)
                result = await function(*args, **kwargs)
                await in_thread(cache.store_threads.executor, lambda: purge(tenant_cache, known, result, args, kwargs))
                return result

            return purging_async  # type: ignore[return-value]  # T is a coroutine

        @wraps(function)
        def purging(*args: P.args, **kwargs: P.kwargs) -> T:
            tenant_cache, known = of_call.cache_for(cache, args, kwargs), before(args, kwargs)
            result = function(*args, **kwargs)
            purge(tenant_cache, known, result, args, kwargs)
            return result

        return purging

    return decorate
