"""The values of a route in routes.toml: what each key takes, and what is said of anything else.

A reader raises ValueError with the rest of a sentence that begins with the key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from brine.adapters.config.values import (
    boolean,
    count,
    duration,
    number_up_to,
    plain_name,
    positive_duration,
    size,
    texts,
)
from brine.domain.http.ambiguous import UNAMBIGUOUS_NAME
from brine.domain.purging.tags import MAX_TAG_LENGTH, is_tag
from brine.domain.routing.paths import has_control_characters, has_dot_segments, lenient_path
from brine.domain.routing.policy import DEFAULT_FORWARD_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.routing.policy import ForwardHeaders

    type Readers = Mapping[str, Callable[[Any], Any]]

MAX_RETRIES = 5
MAX_ROUTE_TAGS = 8  # the others of a response's are for its origin to give
_NEVER_FORWARDED = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})


def _prefix(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("/") or not re.fullmatch(r"[!-~]+", value):
        raise ValueError('must begin with "/" and be percent-encoded')
    if value != "/" and (value.endswith("/") or "//" in value or "?" in value or "#" in value):
        raise ValueError('must be a path without "?", "#", "//" and without a "/" at its end')
    check_path(value)
    return value


def check_path(path: str) -> None:
    """Raise ValueError for a path that a server may read as one that climbs, or that ends early."""
    read = lenient_path(path)
    if read is None or has_dot_segments(read) or has_control_characters(read):
        raise ValueError('must be UTF-8 and may have no "." or ".." segment and no control character, encoded or not')


def _retries(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_RETRIES:
        return value
    raise ValueError(f"must be a number of 0 to {MAX_RETRIES}")


def _new_keys_per_minute(value: object) -> int | None:
    if isinstance(value, int) and (value is False or (value is not True and value >= 1)):
        return value or None
    raise ValueError("must be a whole number, and at least 1, or false for no limit")


def _tags(value: object) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(texts(value)))
    if len(tags) > MAX_ROUTE_TAGS or not all(map(is_tag, tags)):
        raise ValueError(f"must be at most {MAX_ROUTE_TAGS} tags of at most {MAX_TAG_LENGTH} bytes each")
    return tags


def _header_names(value: object) -> frozenset[str]:
    names = frozenset(name.lower() for name in texts(value))
    for name in sorted(names):
        if not UNAMBIGUOUS_NAME.fullmatch(name):
            raise ValueError(f'holds "{name}": only headers of letters, digits and "-" are forwarded')
        if name in _NEVER_FORWARDED:
            raise ValueError(f'holds "{name}", which belongs to one connection and is never forwarded')
    return names


def _forward_headers(value: object) -> ForwardHeaders:
    if value == "all":
        return "all"
    if isinstance(value, list):
        return DEFAULT_FORWARD_HEADERS | _header_names(value)
    raise ValueError('must be "all" or a list of header names')


def _negative_lifetimes(value: object) -> dict[int, float]:
    if not isinstance(value, dict):
        raise ValueError('must be a table of statuses and durations, such as { 404 = "10s" }')  # noqa: TRY004 - as all
    for status in value:
        if not re.fullmatch(r"[3-5]\d\d", status):
            raise ValueError(f'has "{status}", which is no status of 300 to 599')
    return {int(status): duration(lifetime) for status, lifetime in value.items()}


def _set_cookie(value: object) -> str:
    if value in {"shared", "strip", "refuse", "keep"}:
        return str(value)
    raise ValueError('must be "shared", "strip", "refuse" or "keep"')


def _large_bodies(value: object) -> str:
    if value in {"refuse", "redirect"}:
        return str(value)
    raise ValueError('must be "refuse" or "redirect"')


def _tenant(value: object) -> str:
    if isinstance(value, str):
        kind, _, name = value.partition(":")
        if kind == "header" and UNAMBIGUOUS_NAME.fullmatch(name):
            return f"header:{name.lower()}"
        if (kind in {"claim", "lambda"} and name) or value in {"iam:account", "iam:user"}:
            return value
    raise ValueError('must be "claim:NAME", "lambda:NAME", "iam:account", "iam:user" or "header:NAME"')


ROUTE: Readers = {
    "name": plain_name,
    "prefix": _prefix,
    "timeout": positive_duration,
    "retries": _retries,
    "max_request_body": size,
    "large_bodies": _large_bodies,
    "tenant": _tenant,
}
POLICY: Readers = {
    "forward_headers": _forward_headers,
    "freshness_lifetime": duration,
    "jitter": number_up_to(0.5),
    "early_refresh": number_up_to(10),
    "grace": duration,
    "keep": duration,
    "negative_lifetimes": _negative_lifetimes,
    "key_headers": _header_names,
    "set_cookie": _set_cookie,
    "store_post": boolean,
    "request_directives": boolean,
    "show_key": boolean,
    "tags": _tags,
    "max_variants": count(2),
    "new_keys_per_minute": _new_keys_per_minute,
}
QUERY: Readers = {
    "keep": lambda value: frozenset(texts(value)),
    "drop": texts,
    "sort": boolean,
}
CIRCUIT_BREAKER: Readers = {
    "failures": count(1),
    "open_for": positive_duration,
}
