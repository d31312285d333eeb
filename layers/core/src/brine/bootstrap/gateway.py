"""Puts gateways and caches together: the one place where settings become clients, and clients adapters."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.adapters.dynamodb.circuits import DynamoCircuitStore
from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.http1.client import HttpClient
from brine.adapters.http1.origin import HttpOrigin
from brine.adapters.memory.l1 import L1
from brine.adapters.s3.bodies import S3BodyStore
from brine.adapters.sqs.refresh_queue import SqsRefreshQueue
from brine.bootstrap.common import (
    build_declarations,
    connect_aws,
    emulated_principal,
    own_keyring,
    read_file,
    shared_keyring,
)
from brine.domain.http.cdn_loop import pseudonym
from brine.domain.results.key import is_namespace
from brine.domain.routing.route import Routes
from brine.errors import ConfigError
from brine.service.gateway import Gateway
from brine.service.http_cache.handover import Handover
from brine.service.http_cache.refresh import Refresher
from brine.service.http_cache.response_cache import ResponseCache, pk_of
from brine.service.http_cache.sealing import stored_response_registry
from brine.service.origins.ask import Resilience
from brine.service.origins.circuits import Circuits
from brine.service.purge import Purger
from brine.service.results.cache import Cache
from brine.service.stores.bodies import Bodies
from brine.service.stores.known_stamps import KnownStamps
from brine.service.stores.leases import Leases
from brine.service.stores.stamps import Stamps
from brine.settings import CacheSettings, Settings
from brine_codec import Codec, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.service import Aws
    from brine.service.http_cache.found import Entry
    from brine.service.results.computation import Story
    from brine.service.transcoding.transcoder import Transcoder
    from brine_codec import Registry

PURPOSE = "brine cache"


def build_gateway(environment: Mapping[str, str], client: HttpClient | None = None) -> Gateway:
    """A gateway on AWS, from a function's environment. Nothing is connected yet. Raises ConfigError.

    `client` has every connection, to AWS and to origins; who passes one closes it. Where there is a queue, stale
    responses are refreshed through it.
    """
    settings = Settings.from_environment(environment)
    client = client or HttpClient()
    aws = connect_aws(settings, client)
    gateway = _gateway(settings, aws)
    gateway = replace(gateway, transcoders=_transcoders(settings, gateway.routes, aws))
    if settings.refresh_queue is None:
        return gateway
    return replace(
        gateway,
        routes=_refreshed_by_others(gateway.routes),
        handover=Handover(SqsRefreshQueue(aws, settings.refresh_queue)),
    )


def build_refresher(environment: Mapping[str, str], client: HttpClient | None = None) -> Refresher:
    """What makes the refreshes that a gateway of the same settings hands over. As `build_gateway`.

    It renews what is stored, which is the origin's, and converts nothing.
    """
    settings = Settings.from_environment(environment)
    client = client or HttpClient()
    aws = connect_aws(settings, client)
    return Refresher(_gateway(settings, aws))


def build_purger(environment: Mapping[str, str], client: HttpClient | None = None) -> Purger:
    """What purges the cache of a gateway with the same table and routes. It needs neither bucket nor keyring.

    Without BRINE_ROUTES it purges all but URLs. Raises ConfigError.
    """
    settings = CacheSettings.from_environment(environment)
    aws = connect_aws(settings, client or HttpClient())
    return Purger(
        routes=Routes(()) if settings.routes is None else _routes(settings),
        stamps=DynamoStampStore(aws, settings.table),
        clock=time.time,
    )


def build_cache(
    environment: Mapping[str, str],
    name: str,
    client: HttpClient | None = None,
    *,
    registry: Registry | None = None,
    tenant: str = "",
    compute_timeout: float = 10.0,
    observe: Callable[[Story], object] | None = None,
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


def _gateway(settings: Settings, aws: Aws) -> Gateway:
    memory: L1[Entry] = L1(settings.l1_bytes, settings.l1_entry_bytes)
    keyring = own_keyring(settings, aws)
    cache = ResponseCache(
        codec=Codec(
            keyring,
            purpose=PURPOSE,
            registry=stored_response_registry(),
            limits=Limits(),
            gate=False,  # no other party has this key
        ),
        keyring=keyring,
        stamps=Stamps(
            items=DynamoItemStore(aws, settings.table),
            store=DynamoStampStore(aws, settings.table),
            known=KnownStamps(settings.purge_delta),
        ),
        leases=Leases(DynamoLeaseStore(aws, settings.table), pk_of),
        bodies=Bodies(S3BodyStore(aws, settings.bucket)),
        memory=memory,
        inline_limit=settings.inline_limit,
    )
    origin = HttpOrigin(aws.client, max_body=settings.max_response_body)
    return Gateway(
        routes=_routes(settings),
        cache=cache,
        origin=origin,
        clock=time.time,
        name=pseudonym(settings.region, settings.table),
        resilience=Resilience(circuits=Circuits(DynamoCircuitStore(aws, settings.table))),
    )


def _transcoders(settings: Settings, routes: Routes, aws: Aws) -> dict[str, Transcoder]:
    """What converts, by route. Where no route asks for it, nothing of it is imported."""
    wanted = [(route.name, route.transcoding) for route in routes if route.transcoding is not None]
    if not wanted:
        return {}
    from brine.adapters.dynamodb.single_use import DynamoSingleUseStore  # noqa: PLC0415 - as said
    from brine.service.transcoding.build import build_transcoder  # noqa: PLC0415 - as said

    declared = build_declarations(settings)
    transcoders = {}
    for name, transcoding in wanted:
        try:
            types = declared.types(transcoding.types)
        except KeyError as error:
            raise ConfigError(f'route "{name}" lets the type {error} pass, which types.toml does not declare') from None
        transcoders[name] = build_transcoder(
            name,
            transcoding,
            types,
            lambda keys, where: shared_keyring(settings, aws, keys, where),
            clock=time.time,
            marks=DynamoSingleUseStore(aws, settings.table),
            emulated_principal=emulated_principal(settings),
        )
    return transcoders


def _refreshed_by_others(routes: Routes) -> Routes:
    return Routes(tuple(replace(route, policy=replace(route.policy, background_refresh=True)) for route in routes))


def _namespace(settings: Settings) -> str:
    if settings.namespace is None:
        raise ConfigError(
            "the environment variable BRINE_NAMESPACE is not set: name the part of the table and the bucket that this "
            "function's role lets it use for its results (docs/results-cache.md has such a role)"
        )
    if not is_namespace(settings.namespace):
        raise ConfigError(
            f"BRINE_NAMESPACE must be up to 32 of a-z, 0-9 and -, without - in front; it is {settings.namespace!r}"
        )
    return settings.namespace


def _routes(settings: CacheSettings) -> Routes:
    if settings.routes is None:
        raise ConfigError("the environment variable BRINE_ROUTES is not set")
    return parse_routes(read_file("routes", settings.routes), settings.environment, source=settings.routes.name)
