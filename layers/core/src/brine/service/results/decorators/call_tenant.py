"""The tenant of a call of a decorated function, by a function of the arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.domain.routing.tenant import checked_tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.service.results.cache import Cache


@dataclass(frozen=True, slots=True)
class CallTenant:
    """Finds the tenant of a call of a decorated function.

    find: returns the tenant from the arguments of the call. None: each call has the tenant of the cache.
    function: the name of the decorated function, for errors.
    """

    find: Callable[..., object] | None
    function: str

    def of(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
        """Return the tenant of a call, or None without `find`.

        Raises ValueError if `find` returns no valid tenant. None and the empty text are not valid either: a call for a
        request without a tenant would share its result with all such requests.
        """
        if self.find is None:
            return None
        tenant = self.find(*args, **kwargs)
        try:
            return checked_tenant(tenant)
        except ValueError as error:
            raise ValueError(f"{self.function}, tenant: {error}") from None

    def cache_for(self, cache: Cache, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Cache:
        """Return the cache with the keys and tags of the tenant of a call. Raises ValueError."""
        tenant = self.of(args, kwargs)
        return cache if tenant is None else cache.for_tenant(tenant)


def check_tenant_argument(tenant: object) -> None:
    """Raise TypeError, with advice, unless the argument `tenant` of a decorator is a function or None."""
    if tenant is not None and not callable(tenant):
        raise TypeError(
            f"tenant is a function of the arguments, not {type(tenant).__name__}. For one tenant, give its cache: "
            "cache.for_tenant(...)"
        )
