"""The cache key: it decides which requests are for the same resource (RFC 9111 section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from brine.domain.routing.policy import MAX_VARIANTS

if TYPE_CHECKING:
    from brine.domain.routing.route import Route


@dataclass(frozen=True, slots=True)
class Resource:
    """A cache key with the route, the tenant and the limit of variants of the responses stored under it.

    An operator can purge it by its route and tenant too.
    """

    key: str
    route: str
    tenant: str = ""
    max_variants: int = MAX_VARIANTS


def resource_of(route: Route, tenant: str, target: str, *, method: str = "GET") -> Resource:
    """Return the resource that answers a GET, or another method, of this upstream target."""
    key = cache_key(tenant=tenant, route=route, method=method, target=target)
    if route.namespace:
        key = f"{route.namespace}#{key}"
    return Resource(key, route.name, tenant, route.policy.max_variants)


def cache_key(*, tenant: str, route: Route, method: str, target: str) -> str:
    """Return the SHA-256, in hex, of tenant, route, method class, origin and upstream target.

    The length of each part goes before it, so different lists of parts never give the same bytes. GET and HEAD are one
    class: the stored response to a GET answers a HEAD.
    """
    method_class = "GET" if method == "HEAD" else method
    digest = sha256(b"brine key 1")
    for part in (tenant, route.name, method_class, str(route.origin), target):
        data = part.encode()
        digest.update(len(data).to_bytes(4))
        digest.update(data)
    return digest.hexdigest()
