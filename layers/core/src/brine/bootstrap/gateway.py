"""Composes gateways, refreshers, purgers and results caches from a function's environment."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.adapters.dynamodb.circuits import DynamoCircuitStore
from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.adapters.dynamodb.permits import DynamoPermitStore
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.http1.client import HttpClient
from brine.adapters.http1.origin import HttpOrigin
from brine.adapters.s3.bodies import S3BodyStore
from brine.adapters.s3.no_bucket import NoBucket
from brine.adapters.sqs.refresh_queue import SqsRefreshQueue
from brine.bootstrap.assembly import CacheLimits, Stores, assembled_fetcher
from brine.bootstrap.common import (
    build_declarations,
    connect_aws,
    emulated_principal,
    own_keyring,
    read_configuration,
    shared_keyring,
)
from brine.domain.http.cdn_loop import pseudonym
from brine.domain.routing.route import Routes
from brine.errors import ConfigError
from brine.service.compression.content_coder import ContentCoder
from brine.service.gateway import Gateway
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.http_cache.refresher import Refresher
from brine.service.purge import Purger
from brine.settings import CacheSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.service import Aws
    from brine.ports.origins import BudgetStore, Origin
    from brine.service.client_answers import ClientAnswers
    from brine.service.hooks import HookTable
    from brine.service.http_cache.fetcher import Fetcher
    from brine.service.transcoding.transcoder import Transcoder

NEEDS = ("BRINE_BUCKET", "BRINE_ROUTES")
"""The bucket too: without it, the gateway could not answer with a body that is larger than Lambda's answers."""


def build_gateway(
    environment: Mapping[str, str],
    client: HttpClient | None = None,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Gateway:
    """Return a gateway on AWS, from a function's environment. Opens no connection yet. Raises ConfigError.

    `client` makes the connections to origins, and those of the lean client to AWS; the caller that passes one must
    close it. With a queue, the
    gateway enqueues a refresh request for each stale response. `clock` returns seconds since 1970; `sleep` waits.
    """
    settings = Settings.from_environment(environment, needs=NEEDS)
    client = client or HttpClient()
    aws = connect_aws(settings, client)
    routes, queue = routes_of(settings), settings.refresh_queue
    fetcher = connected_fetcher(settings, aws, client, clock, sleep)
    fetcher = _with_hooks(with_credentials(fetcher, routes, aws, client, settings), routes)
    return Gateway(
        routes=routes,
        fetcher=fetcher,
        clock=clock,
        finish=None if fetcher.hooks is None else _finish(routes, fetcher.hooks, clock),
        refreshes=None if queue is None else RefreshRequests(SqsRefreshQueue(aws, queue)),
        transcoders=file_transcoders(settings, routes, aws),
        coder=ContentCoder(fetcher.responses.compressor),
        names_routes=settings.is_on_emulator,
    )


def build_refresher(
    environment: Mapping[str, str],
    client: HttpClient | None = None,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Refresher:
    """Return a refresher for the refresh requests of a gateway with the same settings. Arguments as `build_gateway`.

    It refreshes the stored responses in the origin's format, and converts none.
    """
    settings = Settings.from_environment(environment, needs=NEEDS)
    client = client or HttpClient()
    aws = connect_aws(settings, client)
    routes = routes_of(settings)
    fetcher = connected_fetcher(settings, aws, client, clock, sleep)
    fetcher = with_credentials(fetcher, routes, aws, client, settings)
    return Refresher(routes, _with_hooks(fetcher, routes), clock)


def build_purger(
    environment: Mapping[str, str], client: HttpClient | None = None, *, session: object | None = None
) -> Purger:
    """Return a purger for the cache of a gateway with the same table and routes. Raises ConfigError.

    It needs neither bucket nor keyring. Without BRINE_ROUTES it can purge everything except single URLs. `client` makes
    the connections of the lean client for AWS. `session`: a session of boto3 or botocore, which then makes all calls.
    """
    settings = CacheSettings.from_environment(environment, has_session=session is not None)
    aws = connect_aws(settings, client or HttpClient(), session)
    return Purger(
        routes=routes_of(settings),
        stamps=DynamoStampStore(aws, settings.table),
        clock=time.time,
    )


def connected_fetcher(
    settings: Settings,
    aws: Aws,
    client: HttpClient,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    *,
    namespace: str = "",
) -> Fetcher:
    """Return the fetcher on AWS, with the response cache and the origin client that fills it.

    client: makes the connections to origins.
    namespace: the part of the bucket for its bodies.
    """
    folder = f"bodies/{namespace}" if namespace else "bodies"
    fetcher = assembled_fetcher(
        Stores(
            items=DynamoItemStore(aws, settings.table),
            leases=DynamoLeaseStore(aws, settings.table),
            permits=DynamoPermitStore(aws, settings.table),
            stamps=DynamoStampStore(aws, settings.table),
            bodies=S3BodyStore(aws, settings.bucket, folder=folder) if settings.bucket else NoBucket(),
            circuits=DynamoCircuitStore(aws, settings.table),
            budgets=lambda: _budget_store(aws, settings.table),
        ),
        CacheLimits(
            inline_limit=settings.inline_limit,
            memory_bytes=settings.l1_bytes,
            memory_entry_bytes=settings.l1_entry_bytes,
            purge_delta=settings.purge_delta,
        ),
        keyring=own_keyring(settings, aws),
        origin=_origin(settings, client),
        name=pseudonym(
            aws.transport.region,
            settings.table,
            settings.bucket,  # no other account has a bucket of this name
            namespace,
            settings.endpoint_url if settings.endpoint_url and settings.is_on_emulator else "",  # each twin has its own
        ),
        clock=clock,
        sleep=sleep,
    )
    return replace(fetcher, shows_causes=True) if settings.is_on_emulator else fetcher


def _origin(settings: Settings, client: HttpClient) -> Origin:
    """Return what makes the requests to origins. On an emulator, a file may record them or stand for them."""
    origin = HttpOrigin(client, max_body=settings.max_response_body)
    if settings.is_on_emulator and settings.play_origin is not None:
        from brine.adapters.recorded_origin import PlayedOrigin  # noqa: PLC0415 - only in development

        return PlayedOrigin(settings.play_origin)
    if settings.is_on_emulator and settings.record_origin is not None:
        from brine.adapters.recorded_origin import RecordingOrigin, parse_alias  # noqa: PLC0415 - see above

        alias = None if settings.record_alias is None else parse_alias(settings.record_alias)
        return RecordingOrigin(origin, settings.record_origin, alias)
    return origin


def _budget_store(aws: Aws, table: str) -> BudgetStore:
    from brine.adapters.dynamodb.budgets import DynamoBudgetStore  # noqa: PLC0415 - only for routes with a budget

    return DynamoBudgetStore(aws, table)


def with_credentials(fetcher: Fetcher, routes: Routes, aws: Aws, client: HttpClient, settings: Settings) -> Fetcher:
    """Return the fetcher with the credentials of the routes. Without such a route, it imports no module of theirs.

    Recorded responses need no credentials.
    """
    is_played = settings.is_on_emulator and settings.play_origin is not None
    if is_played or not any(route.credentials for route in routes):
        return fetcher
    from brine.bootstrap.credentials import with_aws_credentials  # noqa: PLC0415 - only for routes with credentials

    return with_aws_credentials(fetcher, aws, client)


def _finish(routes: Routes, hooks: HookTable, clock: Callable[[], float]) -> ClientAnswers:
    from brine.service.client_answers import ClientAnswers  # noqa: PLC0415 - only for routes with hooks

    return ClientAnswers(routes, hooks, clock)


def _with_hooks(fetcher: Fetcher, routes: Routes) -> Fetcher:
    """Return the fetcher with the hooks of the routes. Without such a route, no module of hooks is imported."""
    if not any(route.hooks for route in routes):
        return fetcher
    from brine.bootstrap.hooks import named_hooks  # noqa: PLC0415 - only for routes with hooks
    from brine.service.hooks import HookedOrigins  # noqa: PLC0415 - only for routes with hooks

    hooks = named_hooks(routes)
    return replace(fetcher, origins=HookedOrigins(fetcher.origins, hooks), hooks=hooks)


def file_transcoders(settings: Settings, routes: Routes, aws: Aws) -> dict[str, Transcoder]:
    """Return the transcoder of each route that has one. Without such a route, no module of transcoding is imported."""
    wanted = [(route, route.transcoding) for route in routes if route.transcoding is not None]
    if not wanted:
        return {}
    from brine.adapters.dynamodb.single_use import DynamoSingleUseStore  # noqa: PLC0415 - only for routes with transcoding
    from brine.domain.queries.as_query import is_query  # noqa: PLC0415 - only for routes with transcoding
    from brine.service.transcoding.build import build_transcoder  # noqa: PLC0415 - only for routes with transcoding

    declared = build_declarations(settings)
    transcoders = {}
    for route, transcoding in wanted:
        try:
            types = declared.types(transcoding.types)
        except KeyError as error:
            from brine.adapters.config.type_names import undeclared  # noqa: PLC0415 - only for a mistake

            told = undeclared(error.args[0], declared.by_name)
            raise ConfigError(f'route "{route.name}": transcoding.types: {told}') from None
        transcoders[route.name] = build_transcoder(
            route.name,
            transcoding,
            types,
            lambda keys, where: shared_keyring(settings, aws, keys, where),
            clock=time.time,
            marks=DynamoSingleUseStore(aws, settings.table),
            emulated_principal=emulated_principal(settings),
            is_query=partial(is_query, route=route),
        )
    return transcoders


def routes_of(settings: CacheSettings) -> Routes:
    """Return the routes of BRINE_ROUTES, or none without it. Raises ConfigError."""
    if settings.routes is None:
        return Routes(())
    text, source = read_configuration("routes", settings.routes)
    return parse_routes(text, settings.environment, source=source)
