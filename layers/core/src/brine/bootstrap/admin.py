"""Composes the admin API from the environments of the functions that use a cache."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine.adapters.aws.secrets import SecretText
from brine.adapters.dynamodb.budgets import DynamoBudgetStore
from brine.adapters.dynamodb.circuits import DynamoCircuitStore
from brine.adapters.dynamodb.item_pages import DynamoItemPages
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.http1.client import HttpClient
from brine.bootstrap.assembly import PURPOSE
from brine.bootstrap.common import connect_aws, own_keyring
from brine.bootstrap.gateway import routes_of
from brine.domain.routing.route import Routes
from brine.service.admin.admin import Admin
from brine.service.admin.sources import CacheSource, CacheTable, facts_codec
from brine.service.http_cache.sealing import stored_response_registry
from brine.settings import Settings
from brine_codec import Codec, KeyringSource, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine.service.admin.stored_requests import PurgeOrder
    from brine_codec import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministeredFunction:
    """A function that uses a cache: its name, its environment, and its routes, if they are not in BRINE_ROUTES."""

    name: str
    environment: Mapping[str, str]
    routes: Routes | None = None


def build_admin(
    environment: Mapping[str, str],
    client: HttpClient | None = None,
    *,
    clock: Callable[[], float] = time.time,
    purged: Callable[[PurgeOrder, bool], None] | None = None,
) -> Admin:
    """Return the admin API of a gateway, with the environment of its function. Raises ConfigError.

    With BRINE_FUNCTION_KEYS_SECRET, it also sees what all functions with the keys in that secret store. It calls no
    service yet. `client` makes the connections of the lean client; the caller that passes one must close it. `clock`
    returns seconds since 1970. `purged`: as in Admin.
    """
    client = client or HttpClient()
    admin = build_joint_admin([AdministeredFunction(name="gateway", environment=environment)], client, clock=clock)
    settings = Settings.from_environment(environment)
    if settings.function_keys_secret:
        (table,) = admin.tables
        keyring = KeyringSource(SecretText(connect_aws(settings, client), settings.function_keys_secret))
        of_functions = _source_of("", None, keyring, Routes(()), settings.key_keep_days)
        admin = replace(admin, tables=(replace(table, sources=(*table.sources, of_functions)),))
    return admin if purged is None else replace(admin, purged=purged)


def build_joint_admin(
    functions: Iterable[AdministeredFunction],
    client: HttpClient | None = None,
    *,
    clock: Callable[[], float] = time.time,
) -> Admin:
    """Return one admin API for several functions, which may use several tables. The gateway comes first.

    A function with the keys, the namespace and the routes of an earlier one is left out. Raises
    ConfigError.
    """
    client = client or HttpClient()
    by_table: dict[tuple[str, str], list[AdministeredFunction]] = defaultdict(list)
    for function in functions:
        settings = Settings.from_environment(function.environment)
        by_table[settings.region, settings.table].append(function)
    return Admin(
        tables=tuple(_table(group, client) for group in by_table.values()), clock=clock, monotonic=time.monotonic
    )


def _table(functions: list[AdministeredFunction], client: HttpClient) -> CacheTable:
    settings = Settings.from_environment(functions[0].environment)
    aws = connect_aws(settings, client)
    sources: dict[tuple[object, ...], CacheSource] = {}
    for function in functions:
        own = Settings.from_environment(function.environment)
        keys = own.signing_keys or own.signing_keys_secret
        sources.setdefault((own.namespace, keys), _source(function, own, client))
    return CacheTable(
        pages=DynamoItemPages(aws, settings.table),
        stamps=DynamoStampStore(aws, settings.table),
        circuits=DynamoCircuitStore(aws, settings.table),
        budgets=DynamoBudgetStore(aws, settings.table),
        sources=tuple(sources.values()),
    )


def _source(function: AdministeredFunction, settings: Settings, client: HttpClient) -> CacheSource:
    keyring = own_keyring(settings, connect_aws(settings, client))
    namespace = settings.namespace or ""
    routes = routes_of(settings) if function.routes is None else function.routes
    if namespace:
        routes = Routes(tuple(replace(route, namespace=namespace) for route in routes))
    return _source_of(function.name, namespace, keyring, routes, settings.key_keep_days)


def _source_of(
    name: str, namespace: str | None, keyring: Keyring | KeyringSource, routes: Routes, key_keep_days: float
) -> CacheSource:
    return CacheSource(
        function=name,
        namespace=namespace,
        keyring=keyring,
        responses=Codec(keyring, purpose=PURPOSE, registry=stored_response_registry(), limits=Limits(), gate=False),
        results=facts_codec(keyring),
        routes=routes,
        key_keep_days=key_keep_days,
    )
