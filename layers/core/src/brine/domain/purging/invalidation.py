"""Invalidation of stored responses by unsafe requests (RFC 9111 section 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from brine.domain.routing.origin import DEFAULT_PORTS

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Response
    from brine.domain.routing.addresses import Addresses
    from brine.domain.routing.origin import OriginAddress

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "REPORT", "SEARCH"})
"""Safe by the IANA method registry. An unknown method may change anything."""

_HERE = "//here"  # stands for an unknown origin: only relative references lead to it


def invalidated_targets(
    method: str,
    target: str,
    response: Response,
    origin: OriginAddress | None,
    addresses: Addresses | None = None,
) -> tuple[str, ...]:
    """Return the request targets, each once, of the stored responses that become invalid.

    `addresses`: finds the targets that the response names by their public addresses.
    """
    if method in SAFE_METHODS or not 200 <= response.status < 400:
        return ()
    targets = [target]
    for name in ("location", "content-location"):
        targets += referenced_targets(response.fields, name, target, origin, addresses)
    return tuple(dict.fromkeys(targets))


def referenced_targets(
    fields: Fields, name: str, target: str, origin: OriginAddress | None, addresses: Addresses | None
) -> tuple[str, ...]:
    """Return the request targets that a URI reference in a field may name; none when it is for another origin."""
    reference = fields.get(name)
    if reference is None:
        return ()
    public = None if addresses is None else addresses.origin_target(reference.strip(" \t"), target.partition("?")[0])
    named = (_origin_target(reference, target, origin), public)
    return tuple(one for one in named if one is not None)


def _origin_target(reference: str, target: str, origin: OriginAddress | None) -> str | None:
    """Return the request target of a URI reference; None when it is for another origin."""
    base = f"http:{_HERE}" if origin is None else str(origin)
    try:
        uri = urlsplit(urljoin(base + target, reference.strip(" \t")))
        if not _is_same_origin(uri.scheme, uri.hostname, uri.port, base):
            return None
    except ValueError:  # not a URI
        return None
    path = uri.path or "/"
    return f"{path}?{uri.query}" if uri.query else path


def _is_same_origin(scheme: str, host: str | None, port: int | None, base: str) -> bool:
    own = urlsplit(base)
    return (scheme, host, port or DEFAULT_PORTS.get(scheme)) == (
        own.scheme,
        own.hostname,
        own.port or DEFAULT_PORTS[own.scheme],
    )
