"""Results caches for modules: `brine.cache` needs no environment before the first use."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from brine.service.results.lazy_cache import LazyCache
from brine_codec import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from brine.domain.durations import Duration
    from brine.service.results.cache import Cache
    from brine.service.results.call import CacheEvent

    type CacheBuilder = Callable[..., Cache]

_created: list[LazyCache] = []
_builders: list[CacheBuilder] = []
"""The builders of the tests that run. The last one counts."""


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
    session: object | None = None,
) -> Cache:
    """Return a results cache for this module. It reads its settings from the environment at the first use.

    In Lambda it reads them at once, so that a wrong setting stops the start of the function and no request waits.
    environment: the variables of docs/settings.md, in place of `os.environ`. session: a session of boto3 or botocore,
    which then makes all calls to AWS. The other arguments are those of `Cache`: registry has the classes that results
    may have, compute_timeout is a duration, and observe gets the event of every call; without it, the logger `brine`
    warns of faults.

    The first use, or in Lambda this call, raises ConfigError, which names all missing and invalid variables.
    """
    variables = os.environ if environment is None else environment
    classes = Registry() if registry is None else registry  # functions register classes once, also if stores change

    def build() -> Cache:
        builder = _builders[-1] if _builders else _builder_on_aws(variables, session)
        return builder(name, registry=classes, tenant=tenant, compute_timeout=compute_timeout, observe=observe)

    lazy = LazyCache(name, build, tenant=tenant)
    if "AWS_LAMBDA_FUNCTION_NAME" in variables:
        lazy.build()
    _created.append(lazy)
    return lazy


@contextmanager
def built_by(builder: CacheBuilder) -> Iterator[None]:
    """In a `with` block, build all caches by `builder` and not on AWS, also those that are created in it. For tests.

    builder: gets the arguments of `cache`, without the environment and the session. Afterwards each cache has its
    former stores.
    """
    former = {id(lazy): lazy.replace_built(None) for lazy in _created}
    _builders.append(builder)
    try:
        yield
    finally:
        _builders.pop()
        for lazy in _created:
            lazy.replace_built(former.get(id(lazy)))


def _builder_on_aws(environment: Mapping[str, str], session: object | None) -> CacheBuilder:
    from brine.bootstrap.results import build_cache  # noqa: PLC0415 - a module that is imported needs no adapters

    return partial(build_cache, environment, session=session)
