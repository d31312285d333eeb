"""The cache key: what makes two requests the same resource to the cache (RFC 9111 section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from brine.domain.routing.policy import MAX_VARIANTS

if TYPE_CHECKING:
    from brine.domain.routing.route import Route


@dataclass(frozen=True, slots=True)
class Resource:
    """What is stored under one cache key, in how many variants, and whose it is.

    By its route and tenant it can be purged, too.
    """

    key: str
    route: str
    tenant: str = ""
    max_variants: int = MAX_VARIANTS


def resource_of(route: Route, tenant: str, target: str) -> Resource:
    """What a GET of this upstream target is answered from."""
    key = cache_key(tenant=tenant, route=route, method="GET", target=target)
    return Resource(key, route.name, tenant, route.policy.max_variants)


def cache_key(*, tenant: str, route: Route, method: str, target: str) -> str:
    """SHA-256, in hex, of tenant, route, method class, origin and the upstream target.

    Each part goes in with its length before it, so no two lists of parts give the same bytes. GET and HEAD are one
    class: a HEAD is answered from what a GET stored.
    """
    method_class = "GET" if method == "HEAD" else method
    digest = sha256(b"brine key 1")
    for part in (tenant, route.name, method_class, str(route.origin), target):
        data = part.encode()
        digest.update(len(data).to_bytes(4))
        digest.update(data)
    return digest.hexdigest()
