"""Puts results caches together, for functions of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.http1.client import HttpClient
from brine.adapters.memory.l1 import L1
from brine.adapters.s3.bodies import S3BodyStore
from brine.adapters.s3.no_bucket import NoBucket
from brine.adapters.sqs.text_queue import SqsTextQueue
from brine.bootstrap.common import connect_aws, own_keyring
from brine.service.results.cache import Cache
from brine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.durations import Duration
    from brine.ports.caching import BodyStore
    from brine.service.results.call import CacheEvent
    from brine_codec import Registry


def build_cache(
    environment: Mapping[str, str],
    name: str,
    client: HttpClient | None = None,
    *,
    registry: Registry | None = None,
    tenant: str = "",
    compute_timeout: Duration = 10.0,
    observe: Callable[[CacheEvent], object] | None = None,
    session: object | None = None,
) -> Cache:
    """Return a results cache on AWS, from a function's environment. Calls no service yet. Raises ConfigError.

    It needs no routes. Without BRINE_BUCKET, results larger than BRINE_INLINE_LIMIT are not stored. With
    BRINE_REFRESH_QUEUE, results of cached functions are refreshed in the background. `client` makes the connections of
    the lean client for AWS; the caller that passes one must close it. `session`: a session of boto3 or botocore, which
    then makes all calls to AWS. The other arguments are those of `Cache`.
    """
    settings = Settings.from_environment(environment, needs=("BRINE_NAMESPACE",), has_session=session is not None)
    namespace = settings.namespace or ""
    aws = connect_aws(settings, client or HttpClient(), session)
    memory: L1[bytes] = L1(settings.l1_bytes, settings.l1_entry_bytes)
    bodies: BodyStore = (
        S3BodyStore(aws, settings.bucket, folder=f"results/{namespace}") if settings.bucket else NoBucket()
    )
    return Cache(
        name,
        namespace=namespace,
        keyring=own_keyring(settings, aws),
        items=DynamoItemStore(aws, settings.table),
        leases=DynamoLeaseStore(aws, settings.table),
        stamps=DynamoStampStore(aws, settings.table),
        bodies=bodies,
        memory=memory,
        registry=registry,
        tenant=tenant,
        inline_limit=settings.inline_limit,
        compute_timeout=compute_timeout,
        purge_delta=settings.purge_delta,
        observe=observe,
        refresh_queue=None if settings.refresh_queue is None else SqsTextQueue(aws, settings.refresh_queue),
    )
