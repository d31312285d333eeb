"""The settings of a route in code, as the arguments of its decorator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.domain.durations import Duration

    # not str: a type checker would accept it as a collection of texts
    type Tags = list[str] | tuple[str, ...] | set[str] | frozenset[str] | Callable[..., Collection[str]]


class FunctionOptions(TypedDict, total=False):
    """Settings of a function of any method.

    name: the name of the route; without it, that of the function. tenant: where to read the tenant of a request, such
    as "claim:tenant_id"; each tenant has its own responses. timeout: how long the function and its parts may take.
    max_request_body: bytes. compress: which responses clients get compressed; False for none. middlewares: those of
    Powertools. status: the status of a response with an object.
    """

    name: str
    tenant: str
    timeout: Duration
    max_request_body: int
    compress: bool | Mapping[str, object]
    middlewares: Collection[Callable[..., Any]]
    status: int


class ReadOptions(FunctionOptions, total=False):
    """Settings of a function whose responses may be stored: docs/functions.md explains each.

    freshness_lifetime: how long a response is fresh, if its parts are. grace: how long after that it is served stale,
    while it is refreshed or if the function fails. tags: labels for purges, or a function of the arguments.
    key_headers: the request headers that the function reads; each is part of the key. query: which query parameters
    count. client_lifetime: how long clients may keep a response without asking; a purge does not reach them.
    version: part of the key, so that a changed function leaves its old responses behind.
    """

    freshness_lifetime: Duration
    grace: Duration
    client_lifetime: Duration
    negative_lifetimes: Mapping[int, Duration]
    early_refresh: float
    tags: Tags
    key_headers: Collection[str]
    query: Mapping[str, object]
    version: str | int
    request_directives: bool
    show_key: bool
    show_parts: bool
    set_cookie: Literal["shared", "strip", "refuse", "keep"]
    max_variants: int
    new_keys_per_minute: int | Literal[False]


class WriteOptions(FunctionOptions, total=False):
    """Settings of a function that changes something.

    purges: tags that a successful call purges, or a function that returns them. This function gets the arguments of the
    call, and the returned object as `result`.
    """

    purges: Tags
