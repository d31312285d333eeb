"""Puts results caches together, for functions of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.http1.client import HttpClient
from brine.adapters.memory.l1 import L1
from brine.adapters.s3.bodies import S3BodyStore
from brine.bootstrap.common import connect_aws, own_keyring
from brine.domain.results.key import is_namespace
from brine.errors import ConfigError
from brine.service.results.cache import Cache
from brine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.service.results.call import CacheEvent
    from brine_codec import Registry


def build_cache(
    environment: Mapping[str, str],
    name: str,
    client: HttpClient | None = None,
    *,
    registry: Registry | None = None,
    tenant: str = "",
    compute_timeout: float = 10.0,
    observe: Callable[[CacheEvent], object] | None = None,
) -> Cache:
    """A results cache on AWS, from a function's environment, which needs no routes. Else as `build_gateway`."""
    settings = Settings.from_environment(environment)
    namespace = _namespace(settings)
    aws = connect_aws(settings, client or HttpClient())
    memory: L1[bytes] = L1(settings.l1_bytes, settings.l1_entry_bytes)
    return Cache(
        name,
        namespace=namespace,
        keyring=own_keyring(settings, aws),
        items=DynamoItemStore(aws, settings.table),
        leases=DynamoLeaseStore(aws, settings.table),
        stamps=DynamoStampStore(aws, settings.table),
        bodies=S3BodyStore(aws, settings.bucket, folder=f"results/{namespace}"),
        memory=memory,
        registry=registry,
        tenant=tenant,
        inline_limit=settings.inline_limit,
        compute_timeout=compute_timeout,
        purge_delta=settings.purge_delta,
        observe=observe,
    )


def _namespace(settings: Settings) -> str:
    if settings.namespace is None:
        raise ConfigError(
            "the environment variable BRINE_NAMESPACE is not set: name the part of the table and the bucket that this "
            "function's role lets it use for its results (docs/results-cache.md has such a role)"
        )
    if not is_namespace(settings.namespace):
        raise ConfigError(
            f"BRINE_NAMESPACE is {settings.namespace!r}: write 1 to 32 of a-z, 0-9 and -, and no - at the beginning"
        )
    return settings.namespace
