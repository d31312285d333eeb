"""Results caches for modules: `brine.cache` needs no environment before the first use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from brine.service.results.lazy_cache import LazyCache

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.durations import Duration
    from brine.service.results.cache import Cache
    from brine.service.results.call import CacheEvent
    from brine_codec import Registry

_created: list[Cache] = []


def created_caches() -> tuple[Cache, ...]:
    """Return the caches that modules of this process created: an app refreshes their results too."""
    return tuple(_created)


def cache(
    name: str,
    *,
    registry: Registry | None = None,
    tenant: str = "",
    compute_timeout: Duration = 10.0,
    observe: Callable[[CacheEvent], object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Cache:
    """Return a results cache for this module. It reads its settings from the environment at the first use.

    In Lambda it reads them at once, so that a wrong setting stops the start of the function and no request waits.
    environment: the variables of docs/settings.md, in place of `os.environ`. The other arguments are those of `Cache`:
    registry has the classes that results may have, compute_timeout is a duration, and observe gets the event of every
    call; without it, the logger `brine` warns of faults.

    The first use, or in Lambda this call, raises ConfigError, which names all missing and invalid variables.
    """
    variables = os.environ if environment is None else environment

    def build() -> Cache:
        from brine.bootstrap.results import build_cache  # noqa: PLC0415 - a module that is imported needs no adapters

        return build_cache(
            variables, name, registry=registry, tenant=tenant, compute_timeout=compute_timeout, observe=observe
        )

    lazy = LazyCache(name, build, tenant=tenant)
    if "AWS_LAMBDA_FUNCTION_NAME" in variables:
        lazy.build()
    _created.append(lazy)
    return lazy
