"""Reads the settings of a route in code, by the same readers and with the same messages as routes.toml."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.mistakes import MistakeLog
from brine.adapters.config.route_keys import route_values as values
from brine.adapters.config.route_keys.compression_values import compression
from brine.adapters.config.routes import POLICY, QUERY
from brine.adapters.config.tables import TableReader, read_tables
from brine.adapters.config.values import boolean, plain_name, positive_duration, whole
from brine.domain.durations import duration_seconds
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.patterns import PathPattern
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import Route
from brine.service.functions.part_request import TRACE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.config.mistakes import Reader

_NOT_IN_CODE: Final = {"forward_headers", "jitter", "keep", "store_post", "tags"}
_ONLY_IN_CODE: Final[dict[str, Reader]] = {"client_lifetime": duration_seconds, "show_parts": boolean}
_KEYS: Final[dict[str, Reader]] = {
    **{key: reader for key, reader in POLICY.items() if key not in _NOT_IN_CODE},
    **_ONLY_IN_CODE,
    "name": plain_name,
    "prefix": PathPattern,
    "query": QUERY,
    "compress": compression,
    "timeout": positive_duration,
    "max_request_body": whole(0, unit=" of bytes"),
    "tenant": values.tenant,
    "version": lambda value: value if value is None else str(value),
}
SETTINGS: Final = frozenset(_KEYS) - {"name", "prefix"}
"""The names of the settings of a route in code."""
DECORATOR_SETTINGS: Final = SETTINGS | {"middlewares", "name", "purges", "status", "tags"}
"""The names of all settings of a decorator."""


def code_route(rule: str, name: str, settings: Mapping[str, Any], *, source: str, namespace: str = "") -> Route:
    """Return the route of a function. `source`: the module of the function, for messages. Raises ConfigError.

    Its function gets only the header fields in `key_headers`, which are in the cache key, and the trace fields.
    """
    table = {"name": name, "prefix": rule, **{key: _as_in_toml(value) for key, value in settings.items()}}
    log = MistakeLog(source)
    route: Route
    (route,) = read_tables([table], "route", log, TableReader(_KEYS, make=_route))
    log.check()
    return replace(route, namespace=namespace)


def _route(*, name: str, prefix: PathPattern, version: str | None = None, **items: Any) -> Route:
    of_policy = {key: items.pop(key) for key in (*POLICY, *_ONLY_IN_CODE) if key in items}
    policy = Policy(**of_policy, refreshes_in_grace=True)
    key_headers = policy.key_headers or frozenset()
    policy = replace(policy, key_headers=key_headers, forward_headers=key_headers | TRACE_FIELDS)
    host = name if version is None else f"{name}@{version}"
    return Route(
        name=name,
        prefix=prefix.rule,
        pattern=prefix,
        origin=OriginAddress("function", host, 0),
        retries=0,
        circuit_breaker=None,
        policy=policy,
        **items,
    )


def _as_in_toml(value: object) -> object:
    """Return a value in the form of TOML: collections as lists, and the keys of dicts as texts."""
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, dict):
        return {str(key): _as_in_toml(item) for key, item in value.items()}
    return value
