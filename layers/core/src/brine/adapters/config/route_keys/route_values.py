"""Readers of values in routes.toml. The ValueError of each names the mistake and the correction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.adapters.config.mistakes import FoundMistake, Mistakes, read_items, read_list
from brine.adapters.config.values import texts
from brine.domain.durations import duration_seconds
from brine.domain.http.ambiguous import UNAMBIGUOUS_NAME
from brine.domain.purging.tags import MAX_TAG_LENGTH, is_tag
from brine.domain.routing.front_door import PublicAddress, valid_authority
from brine.domain.routing.paths import has_control_characters, has_dot_segments, lenient_path
from brine.domain.routing.policy import DEFAULT_FORWARD_HEADERS
from brine.domain.routing.route import ADMIN_PREFIX

if TYPE_CHECKING:
    from brine.domain.routing.policy import ForwardHeaders

MAX_ROUTE_TAGS = 8  # a response has room for more tags, which its origin may give
_PUBLIC_URL = re.compile(r"(?i:(https?))://([^/?#@\\]+)((?:/[!\"$->@-\[\]-~]*)?)")
_NEVER_FORWARDED = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})


def prefix(value: object) -> str:
    """Return a path prefix."""
    if not isinstance(value, str) or not value.startswith("/") or not re.fullmatch(r"[!-~]+", value):
        raise ValueError('not a path prefix. Begin with "/" and percent-encode other characters than ASCII.')
    if value != "/" and (value.endswith("/") or "//" in value or "?" in value or "#" in value):
        raise ValueError('not a path prefix. Leave out "?", "#", "//" and the "/" at the end.')
    check_path(value)
    if f"{lenient_path(value)}/".startswith(f"{ADMIN_PREFIX}/"):
        raise ValueError(f"a path of the admin API. Choose a prefix outside of {ADMIN_PREFIX}.")
    return value


def check_path(path: str) -> None:
    """Raise ValueError for a path that some server may resolve to one above it, or may cut off."""
    read = lenient_path(path)
    if read is None or has_dot_segments(read) or has_control_characters(read):
        raise ValueError(
            'not a safe path. Leave out "." and ".." segments, control characters and bytes that are not UTF-8.'
        )


def new_keys_per_minute(value: object) -> int | None:
    """Return the limit, or None for no limit."""
    if isinstance(value, int) and (value is False or (value is not True and value >= 1)):
        return value or None
    raise ValueError("not a whole number from 1 upwards. Write one, or false for no limit.")


def failure_share(value: object) -> float:
    """Return a share of requests, more than 0."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
        return float(value)
    raise ValueError("not a share. Write a number above 0, up to 1, such as 0.5.")


def tags(value: object) -> tuple[str, ...]:
    """Return tags, each once."""
    unique = tuple(dict.fromkeys(texts(value)))
    if len(unique) > MAX_ROUTE_TAGS or not all(map(is_tag, unique)):
        raise ValueError(f"not a list of tags. Write at most {MAX_ROUTE_TAGS} of at most {MAX_TAG_LENGTH} bytes each.")
    return unique


def header_names(value: object) -> frozenset[str]:
    """Return header names in lower case."""
    names = tuple(name.lower() for name in texts(value))
    read_list(names, _check_header_name)
    return frozenset(names)


def _check_header_name(name: str) -> None:
    if not UNAMBIGUOUS_NAME.fullmatch(name):
        raise ValueError(f'"{name}" is not forwarded. Only headers of letters, digits and "-" are.')
    if name in _NEVER_FORWARDED:
        raise ValueError(f'"{name}" belongs to one connection and is never forwarded. Leave it out.')
    if name == "cdn-loop":
        raise ValueError('"cdn-loop" always reaches the origin and never selects a response. Leave it out.')


def forward_headers(value: object) -> ForwardHeaders:
    """Return "all", or the default names and the given ones."""
    if value == "all":
        return "all"
    if isinstance(value, list):
        return DEFAULT_FORWARD_HEADERS | header_names(value)
    raise ValueError('not a list of header names. Write a list, or "all".')


def negative_lifetimes(value: object) -> dict[int, float]:
    """Return seconds by status."""
    if not isinstance(value, dict):
        raise ValueError('not a table. Write statuses and durations, such as { 404 = "10s" }.')  # noqa: TRY004 - as all
    found = [
        FoundMistake(f'"{status}" is not a status from 300 to 599. Write one, such as 404.', (status,), "", is_key=True)
        for status in value
        if not re.fullmatch(r"[3-5]\d\d", status)
    ]
    try:
        lifetimes = read_items((status, lifetime, duration_seconds) for status, lifetime in value.items())
    except Mistakes as error:
        raise Mistakes(*found, *error.found) from None
    if found:
        raise Mistakes(*found)
    return {int(status): lifetime for status, lifetime in lifetimes.items()}


def tenant(value: object) -> str:
    """Return the place in a request that names the tenant."""
    if isinstance(value, str):
        kind, _, name = value.partition(":")
        if kind == "header" and UNAMBIGUOUS_NAME.fullmatch(name):
            return f"header:{name.lower()}"
        if (kind in {"claim", "lambda"} and name) or value in {"iam:account", "iam:user"}:
            return value
    raise ValueError(
        'not the place of a tenant. Write "claim:NAME", "lambda:NAME", "iam:account", "iam:user" or "header:NAME".'
    )


def public_url(url: str) -> PublicAddress:
    """Return the public address of the gateway. The message never shows the URL: variables in it may hold secrets."""
    match = _PUBLIC_URL.fullmatch(url)
    if match is None or not valid_authority(match[2]):
        raise ValueError(
            "not the public URL of the gateway. Write scheme, host and the path in front of the prefixes of the routes,"
            ' such as "https://api.example.com" or "https://api.example.com/prod".'
        )
    check_path(match[3])
    return PublicAddress(match[1].lower(), match[2].lower(), match[3].rstrip("/"))


def hook_names(value: object) -> tuple[str, ...]:
    """Return names of hooks, each a module and a function in it."""
    names = texts(value)
    read_list(names, _check_hook_name)
    return names


def _check_hook_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", name):
        raise ValueError(f'"{name}" is no hook. Write a module and a function, such as "shop_hooks:sign".')
