"""Warnings about the origin of one route."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine_cli.checking.warnings.warning import Warned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.checking.configuration.readers import ReadRoute
    from brine_cli.checking.warnings.warning import RouteRule, Surroundings

_HERE: Final = re.compile(r"localhost|127(?:\.\d+){3}|::1|0\.0\.0\.0|.*\.localhost")
_HALF_VARIABLE: Final = re.compile(r"(?<!\$)\{\w+\}|\$[A-Za-z_]\w*|\$\(\w+\)|%7[Bb]")
_PLAIN_SECRETS: Final = re.compile(r"authorization|.*(?:key|token|secret|password|signature).*", re.IGNORECASE)
_PRIVATE: Final = re.compile(r"10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|.*\.(?:internal|local|test|invalid)")


def _is_literal(one: ReadRoute) -> bool:
    """Return whether the host of the origin is in the file itself, and not in a variable."""
    return "${" not in str(one.table.get("origin", "")).partition("://")[2].partition("/")[0]


def _written_out(one: ReadRoute) -> bool:
    return "://" in str(one.table.get("origin", "")) and _is_literal(one)


def _address(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    origin = one.route.origin
    if _HALF_VARIABLE.search(str(one.table.get("origin", ""))):
        yield Warned(
            *("BR136", one, ("origin",), "it looks like a variable, and the gateway takes it as it is."),
            "Write a variable as ${NAME}.",
        )
    elif not _written_out(one):
        return
    elif _HERE.fullmatch(origin.host):
        yield Warned(
            *("BR134", one, ("origin",), "on AWS, no server of yours listens at this address."),
            "Write a variable, such as ${NAME}, and give it this value for development alone.",
        )
    elif origin.scheme == "http" and not _PRIVATE.fullmatch(origin.host):
        yield Warned(
            *("BR133", one, ("origin",), "plain http: the network can read and change requests and responses."),
            "Write an https URL.",
        )


def _loop(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    public, origin = one.route.public_url, one.route.origin
    host = "" if public is None else public.authority.partition(":")[0]
    if host and host == origin.host and _is_literal(one):
        yield Warned(
            *("BR135", one, ("public_url",), "the origin has the same host, so requests come back to the gateway."),
            "Write the address of the origin itself as origin.",
        )


def _credentials(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    credentials = one.route.credentials
    if one.table.get("credentials_over_http") is True and (credentials is None or one.route.origin.scheme == "https"):
        reason = "the route has no credentials." if credentials is None else "the origin is https."
        yield Warned("BR132", one, ("credentials_over_http",), f"it changes nothing: {reason}", "Leave it out.")
    headers = one.table.get("origin_headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        is_plain = isinstance(value, str) and not value.startswith(("secret:", "parameter:")) and "${" not in value
        if is_plain and _PLAIN_SECRETS.fullmatch(name):
            yield Warned(
                *("BR137", one, ("origin_headers", name), "what looks like a secret is written into the file."),
                'Write "secret:NAME" for a secret of Secrets Manager, or "parameter:NAME" for a parameter of SSM.',
                is_key=True,
            )


def _graphql(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    route = one.route
    paths = f"{route.prefix} {route.base_path}".lower()
    if route.circuit_breaker is not None and route.circuit_breaker.least_urls > 1 and "graphql" in paths:
        yield Warned(
            *("BR138", one, ("circuit_breaker",) if "circuit_breaker" in one.table else ("prefix",)),
            "an API with one path never has failures of several URLs, so its circuit opens late or never.",
            "Write circuit_breaker = { least_urls = 1 }.",
        )


def _internal(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    for key in ("map_addresses", "cache_preflights", "public_url") if one.route.internal else ():
        if key in one.table:
            yield Warned(
                *("BR150", one, (key,), "it does nothing on an internal route, which no client reaches."),
                "Leave it out.",
            )


RULES: Final[tuple[RouteRule, ...]] = (_address, _loop, _credentials, _graphql, _internal)
