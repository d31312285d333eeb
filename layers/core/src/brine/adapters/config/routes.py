"""Reads routes.toml, a list of `[[route]]` tables.

Its description for people is docs/routes.md, for editors layers/routes/routes.schema.json. `${NAME}` in an origin is
the value of an environment variable, so one file serves every stage.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from brine.adapters.config.mistakes import MistakeLog
from brine.adapters.config.route_keys import route_values as values
from brine.adapters.config.route_keys.compression_values import compression
from brine.adapters.config.route_keys.query_values import query_methods
from brine.adapters.config.route_keys.route_rules import CREDENTIAL_KEYS, ROUTE_RULES
from brine.adapters.config.tables import TableReader, find_tables, load_tables, read_tables
from brine.adapters.config.values import (
    boolean,
    choice,
    number_up_to,
    plain_name,
    positive_duration,
    texts,
    whole,
)
from brine.adapters.config.variables import with_variables
from brine.domain.durations import duration_seconds
from brine.domain.resilience.circuit import MOST_SAMPLES, CircuitBreaker
from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import QueryBody, QueryRule, Route, Routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.config.mistakes import Reader

MAX_RETRIES = 5
HOOK_KINDS = ("before_fetch", "after_fetch", "before_store", "after_answer")
_URL = re.compile(r"[!-\[\]-~]+")  # no backslash: some servers take it for a slash

POLICY: Mapping[str, Reader] = {
    "forward_headers": values.forward_headers,
    "freshness_lifetime": duration_seconds,
    "jitter": number_up_to(0.5),
    "early_refresh": number_up_to(10),
    "grace": duration_seconds,
    "keep": duration_seconds,
    "negative_lifetimes": values.negative_lifetimes,
    "key_headers": values.header_names,
    "set_cookie": choice("shared", "strip", "refuse", "keep"),
    "store_post": boolean,
    "request_directives": boolean,
    "show_key": boolean,
    "tags": values.tags,
    "max_variants": whole(2),
    "new_keys_per_minute": values.new_keys_per_minute,
}
"""The keys of a route that are fields of its Policy."""
QUERY = TableReader(
    {"keep": lambda value: frozenset(texts(value)), "drop": texts, "sort": boolean},
    example='{ drop = ["utm_*"] }',
    make=QueryRule,
)
QUERY_BODY = TableReader(
    {"normalise": choice("json"), "max_bytes": whole(1, unit=" of bytes"), "in_refresh_requests": boolean},
    example='{ normalise = "json" }',
    make=QueryBody,
)
CIRCUIT_BREAKER = TableReader(
    {
        "failure_share": values.failure_share,
        "window": positive_duration,
        "least_requests": whole(1, MOST_SAMPLES),
        "least_urls": whole(1, MOST_SAMPLES),
        "open_for": positive_duration,
    },
    example='{ failure_share = 0.5, open_for = "30s" }, or false',
    make=CircuitBreaker,
)

HOOKS = TableReader(
    dict.fromkeys(HOOK_KINDS, values.hook_names),
    example='{ before_fetch = ["shop_hooks:sign"] }',
    make=lambda **kinds: tuple(kinds.items()),
)


def parse_routes(text: str, environment: Mapping[str, str], *, source: str = "routes.toml") -> Routes:
    """Return the routes that `text` describes. Raises ConfigError."""
    log = MistakeLog(source)
    routes = find_routes(text, environment, log)
    log.check()
    return Routes(tuple(route for route in routes if route is not None))


def find_routes(text: str, environment: Mapping[str, str], log: MistakeLog) -> list[Route | None]:
    """Return the routes that `text` describes, None for each with a mistake. Adds the mistakes to the log."""
    tables = find_tables(text, "route", log, least=1)
    routes = read_tables(tables, "route", log, route_table(environment), unique=("name", "prefix"))
    if any(route is not None and route.origin_budget is not None for route in routes):
        from brine.adapters.config.route_keys.budget_values import check_budgets  # noqa: PLC0415 - for routes that have one

        check_budgets(routes, log)
    return routes


def route_names(text: str, *, source: str = "routes.toml") -> frozenset[str]:
    """Return the names of the routes. Reads only the names, so it needs no variables. Raises ConfigError."""
    names = (table.get("name") for table in load_tables(text, "route", source))
    return frozenset(name for name in names if isinstance(name, str))


def route_table(environment: Mapping[str, str]) -> TableReader:
    """Return the reader of a `[[route]]` table."""

    def transcoding(value: object) -> Any:
        from brine.adapters.config.route_keys.transcoding_values import transcoding_table  # noqa: PLC0415 - for routes that have it

        return transcoding_table(environment)(value)

    def origin_budget(value: object) -> Any:
        from brine.adapters.config.route_keys import budget_values  # noqa: PLC0415 - for routes that have it

        return budget_values.origin_budget(value)

    def origin_headers(value: object) -> Any:
        from brine.adapters.config.route_keys import credential_values  # noqa: PLC0415 - for routes that have them

        return credential_values.origin_headers(environment)(value)

    def origin_auth(value: object) -> Any:
        from brine.adapters.config.route_keys import credential_values  # noqa: PLC0415 - for routes that have it

        return credential_values.origin_auth(environment)(value)

    variables = with_variables(environment, 'a URL in quotes, such as "https://api.example.com/v2"')
    public = with_variables(environment, 'a URL in quotes, such as "https://api.example.com"')
    keys: dict[str, Reader] = {
        "name": plain_name,
        "prefix": values.prefix,
        "internal": boolean,
        "origin": lambda value: _origin(variables(value)),
        "origin_headers": origin_headers,
        "origin_auth": origin_auth,
        "credentials_over_http": boolean,
        "query": QUERY,
        "query_methods": query_methods,
        "query_body": QUERY_BODY,
        "timeout": positive_duration,
        "retries": whole(0, MAX_RETRIES),
        "circuit_breaker": lambda value: None if value is False else CIRCUIT_BREAKER(value),
        "origin_budget": origin_budget,
        "transcoding": transcoding,
        "hooks": HOOKS,
        "max_request_body": whole(0, unit=" of bytes"),
        "large_bodies": choice("refuse", "redirect"),
        "compress": compression,
        "tenant": values.tenant,
        "public_url": lambda value: values.public_url(public(value)),
        "map_addresses": boolean,
        "preserve_host": boolean,
        "trust_forwarded": boolean,
        "cache_preflights": boolean,
    }
    return TableReader({**keys, **POLICY}, required=("name", "origin"), make=_route, rules=ROUTE_RULES)


def _route(*, origin: tuple[OriginAddress, str], **items: Any) -> Route:
    policy = Policy(**{key: items.pop(key) for key in POLICY if key in items})
    address, base_path = origin
    if not items.keys().isdisjoint(CREDENTIAL_KEYS):
        from brine.adapters.config.route_keys import credential_values  # noqa: PLC0415 - for routes that have them

        items["credentials"] = credential_values.credentials(items)
    return Route(origin=address, base_path=base_path, policy=policy, **{"prefix": "", **items})


def _origin(url: str) -> tuple[OriginAddress, str]:
    """Return the address in a URL and its path. A message never shows the URL: variables in it may hold secrets."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("not a URL.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _URL.fullmatch(url):
        raise ValueError("not an http or https URL with a host, without blanks and backslashes.")
    if parts.username is not None or "?" in url or "#" in url:
        raise ValueError("a URL with a user, query or fragment. Leave them out.")
    values.check_path(parts.path)
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    address = OriginAddress(scheme=scheme, host=parts.hostname, port=port or DEFAULT_PORTS[scheme])
    return address, parts.path.rstrip("/")
